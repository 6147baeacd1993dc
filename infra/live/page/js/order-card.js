// The card of the selected order: its status, facts and actions, its diagram, and the details of the selected row.
import { cancel, deliver, fetchOrder, searchOrders } from "./api.js";
import { copyButton } from "./copy-button.js";
import { h, setText } from "./dom.js";
import { latest } from "./latest.js";
import { messageDetails } from "./message-details.js";
import { orderFacts } from "./order-facts.js";
import { orderLog } from "./order-log.js";
import { SequenceDiagram } from "./sequence-diagram.js";
import { reportErrors, toast } from "./toast.js";

const EMPTY = "Place an order, or select one: this card shows its messages as services send them.";

export class OrderCard {
  constructor(container) {
    const button = (label, kind, act) => h("button", { type: "button", class: kind, onclick: () => reportErrors(act) }, label);
    this.empty = h("p", { class: "muted" }, EMPTY);
    this.chip = h("span", { class: "chip" });
    this.id = h("code", {});
    this.cancel = button("Cancel this order", "danger", () => cancel(this.orderId));
    this.deliver = button("Deliver", "", () => deliver(this.orderId).then(() => toast("The carrier reported the delivery")));
    const copy = copyButton("the order id", () => this.orderId);
    this.heading = h("div", { class: "heading" }, this.chip, this.id, copy, h("span", { class: "actions" }, this.deliver, this.cancel));
    this.facts = h("div", {});
    this.drawing = h("div", {});
    this.details = h("div", { id: "details", hidden: "" });
    this.log = h("div", {});
    this.content = h("div", { class: "stack", hidden: "" }, this.heading, this.facts, this.drawing, this.details, this.log);
    container.append(this.empty, this.content);
    this.update = latest((state, map) => this.fetch(state, map));
    this.diagram = new SequenceDiagram(this.drawing, (key) => this.selectRow(key));
    setInterval(() => this.diagram.tick(), 250);
  }

  /** `placed` tells that the order was placed right now. */
  select(orderId, placed) {
    if (orderId === this.orderId) return;
    Object.assign(this, { orderId, placed, selectedRow: null, missing: false });
    this.diagram.setSelected(null);
    this.showRow();
  }

  /** Fetches the order if it has changed. */
  async fetch(state, map) {
    const wanted = this.orderId;
    if (!wanted || !map) return;
    const summary = state.orders.find((order) => order.order_id === wanted);
    const shown = this.order?.order_id === wanted;
    if (shown && (!summary || summary.revision === this.order.revision)) return;
    if (!summary && (this.missing || (await isUnknown(wanted)))) {
      if (wanted === this.orderId) this.showMissing();
      return;
    }
    const order = await fetchOrder(wanted).catch(() => null);
    if (order?.order_id === this.orderId) this.show(order, map);
  }

  /** Says that the page does not have the order. A placed order appears in a later state. */
  showMissing() {
    this.missing = true;
    if (this.placed) return;
    this.order = null;
    this.content.hidden = true;
    this.empty.hidden = false;
    setText(this.empty, `Order ${this.orderId} is not among the recent orders that the page keeps. Select a service to find it in its table.`);
  }

  show(order, map) {
    this.order = order;
    this.missing = false;
    this.empty.hidden = true;
    this.content.hidden = false;
    this.chip.dataset.status = order.status;
    setText(this.chip, order.status);
    setText(this.id, order.order_id);
    this.cancel.hidden = order.decided;
    this.deliver.hidden = order.status !== "shipped" || !order.tracking_number;
    this.replace(this.facts, orderFacts(order, map), [order.order_id, order.status, order.items, order.reason, order.tracking_number, order.delivered_at, map.tables]);
    this.replace(this.log, orderLog(order.log), order.log ?? []);
    const owner = map.services.find((service) => service.api)?.name ?? "order";
    this.diagram.show(order, lanes(order, map, owner), owner);
    this.showRow();
  }

  /** Replaces a part only if its data differs, so that the focus and open details stay. */
  replace(part, element, data) {
    const text = JSON.stringify(data);
    if (part.dataset.shown === text) return;
    part.dataset.shown = text;
    part.replaceChildren(...(element ? [element] : []));
  }

  selectRow(key) {
    this.selectedRow = this.selectedRow === key ? null : key;
    this.diagram.setSelected(this.selectedRow);
    this.showRow();
  }

  showRow() {
    const row = this.selectedRow && this.diagram.rows?.find((found) => found.key === this.selectedRow);
    this.details.hidden = !row;
    if (row) this.replace(this.details, messageDetails(row, this.order), row);
  }
}

/** The services of the order's messages. A service of a removed stack may still have messages in it. */
function lanes(order, map, owner) {
  const named = new Set([owner, ...order.messages.flatMap((message) => [message.publisher, message.subscriber])]);
  const services = map.services.map((service) => service.name).filter((name) => named.has(name));
  return [...services, ...[...named].filter((name) => name && !services.includes(name))];
}

const isUnknown = (orderId) => searchOrders({ text: orderId }).then(({ count }) => !count, () => true);
