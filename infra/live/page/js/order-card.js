// The card of the selected order: its status, its diagram, and the details of the selected row.
import { cancel, order as fetchOrder } from "./api.js";
import { details } from "./message-details.js";
import { Diagram } from "./sequence-diagram.js";
import { h, setText } from "./dom.js";
import { latest } from "./latest.js";
import { reportErrors } from "./toast.js";
import { shortId } from "./format.js";

export class OrderCard {
  constructor(place) {
    this.empty = h("p", { class: "muted" }, "Place an order, or select one: this card shows its messages as services send them.");
    this.chip = h("span", { class: "chip" });
    this.id = h("code", {});
    this.cancel = h("button", { type: "button", class: "danger", onclick: () => reportErrors(() => cancel(this.orderId)) }, "Cancel this order");
    this.heading = h("div", { class: "heading", hidden: "" }, this.chip, this.id, this.cancel);
    this.drawing = h("div", {});
    this.details = h("div", { id: "details", hidden: "" });
    place.append(this.empty, this.heading, this.drawing, this.details);
    this.update = latest((state, map) => this.fetch(state, map));
    this.diagram = new Diagram(this.drawing, (key) => this.chooseRow(key));
    setInterval(() => this.diagram.tick(), 250);
  }

  choose(orderId) {
    if (orderId === this.orderId) return;
    Object.assign(this, { orderId, row: null });
    this.diagram.choosing(null);
    this.showRow();
  }

  /** Fetches the order if it has changed. */
  async fetch(state, map) {
    if (!this.orderId) return;
    const summary = state.orders.find((order) => order.order_id === this.orderId);
    const shown = this.order?.order_id === this.orderId;
    if (shown && (!summary || summary.revision === this.order.revision)) return;
    const order = await fetchOrder(this.orderId).catch(() => null); // a new order: the next state includes it
    if (order?.order_id === this.orderId) this.show(order, map);
  }

  show(order, map) {
    this.order = order;
    this.empty.hidden = true;
    this.heading.hidden = false;
    this.chip.dataset.status = order.status;
    setText(this.chip, order.status);
    setText(this.id, order.order_id);
    this.id.title = shortId(order.order_id);
    this.cancel.hidden = order.decided;
    const owner = map.services.find((service) => service.api)?.name ?? "order";
    const named = new Set([owner, ...order.messages.flatMap((message) => [message.publisher, message.subscriber])]);
    const services = map.services.map((service) => service.name).filter((name) => named.has(name));
    // A service of a removed stack may still have messages in this order.
    for (const name of named) if (name && !services.includes(name)) services.push(name);
    this.diagram.show(order, services, owner);
    this.showRow();
  }

  chooseRow(key) {
    this.row = this.row === key ? null : key;
    this.diagram.choosing(this.row);
    this.showRow();
  }

  showRow() {
    const row = this.row && this.diagram.rows?.find((found) => found.key === this.row);
    this.details.hidden = !row;
    if (!row) {
      this.shown = null;
      return;
    }
    const text = JSON.stringify(row);
    if (text === this.shown) return;
    this.shown = text;
    this.details.replaceChildren(details(row, this.order.at));
  }
}
