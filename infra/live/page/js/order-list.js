// The list of orders.
import { h, setText } from "./dom.js";
import { money, shortId, timeOfDay } from "./format.js";

/** Shows the orders, newest first. Calls `select` with the id of the order that the user selects. */
export class OrderList {
  constructor(list, select) {
    this.list = list;
    this.select = select;
    this.rows = new Map();
    this.selected = null;
  }

  show(orders, whenEmpty) {
    this.list.querySelector(".empty")?.remove();
    const ids = new Set(orders.map((order) => order.order_id));
    for (const [id, row] of this.rows) {
      if (ids.has(id)) continue;
      row.item.remove();
      this.rows.delete(id);
    }
    // Moves only rows that are out of place, so that no other row loses the focus.
    let next = this.list.firstElementChild;
    for (const order of orders) {
      const row = this.rows.get(order.order_id) ?? this.row(order);
      this.rows.set(order.order_id, row);
      if (row.item === next) next = next.nextElementSibling;
      else this.list.insertBefore(row.item, next);
      this.fill(row, order);
    }
    if (!orders.length) this.list.append(h("li", { class: "empty" }, whenEmpty));
  }

  setSelected(id) {
    this.selected = id;
    for (const [orderId, row] of this.rows) row.button.setAttribute("aria-current", orderId === id);
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
    const button = h("button", { type: "button", "data-order": order.order_id, onclick: () => this.select(order.order_id) },
      parts.id, h("span", {}, parts.chip), parts.customer, parts.trouble, last);
    return { item: h("li", {}, button), button, ...parts };
  }

  fill(row, order) {
    row.chip.dataset.status = order.status;
    setText(row.chip, order.status);
    setText(row.customer, order.customer_id ?? "");
    setText(row.trouble, { dead: "dead letter", retrying: "retrying" }[order.trouble] ?? "");
    setText(row.amount, money(order.amount_minor, order.currency));
    row.button.setAttribute("aria-current", order.order_id === this.selected);
  }
}
