// The list of recent orders.
import { h, setText } from "./dom.js";
import { timeOfDay, money, shortId } from "./format.js";

/** Shows the orders, newest first. Calls `choose` with the id of the order that the user selects. */
export class Orders {
  constructor(list, choose) {
    this.list = list;
    this.choose = choose;
    this.rows = new Map();
    this.chosen = null;
  }

  update(orders, chosen) {
    this.chosen = chosen;
    if (!orders.length) {
      this.rows.clear();
      this.list.replaceChildren(h("li", { class: "empty" }, "There are no orders yet: place one above."));
      return;
    }
    this.list.querySelector(".empty")?.remove();
    const ids = new Set(orders.map((order) => order.order_id));
    for (const [id, row] of this.rows) {
      if (ids.has(id)) continue;
      row.item.remove();
      this.rows.delete(id);
    }
    // Adds new orders at the top and keeps the other elements, so that none of them loses the focus.
    for (const order of [...orders].reverse()) {
      if (!this.rows.has(order.order_id)) {
        this.rows.set(order.order_id, this.row(order));
        this.list.prepend(this.rows.get(order.order_id).item);
      }
      this.show(this.rows.get(order.order_id), order);
    }
  }

  row(order) {
    const parts = {
      id: h("code", {}, shortId(order.order_id)),
      chip: h("span", { class: "chip" }),
      customer: h("span", { class: "customer muted" }),
      trouble: h("span", { class: "trouble" }),
      amount: h("span", { class: "number" }),
      time: h("span", { class: "muted number" }, timeOfDay(order.at)),
    };
    const last = h("span", { class: "row" }, parts.amount, parts.time);
    const button = h("button", { type: "button", "data-order": order.order_id, onclick: () => this.choose(order.order_id) },
      parts.id, h("span", {}, parts.chip), parts.customer, parts.trouble, last);
    return { item: h("li", {}, button), button, ...parts };
  }

  show(row, order) {
    row.chip.dataset.status = order.status;
    setText(row.chip, order.status);
    setText(row.customer, order.customer_id ?? "");
    setText(row.trouble, { dead: "dead letter", retrying: "retrying" }[order.trouble] ?? "");
    setText(row.amount, money(order.amount_minor, order.currency));
    row.button.setAttribute("aria-current", order.order_id === this.chosen);
  }
}
