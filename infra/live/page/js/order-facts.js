// The facts of an order: customer, items, total, address, reason and parcel, with links to its items in the tables.
import { copyButton } from "./copy-button.js";
import { h } from "./dom.js";
import { capitalize, money, timeOfDay } from "./format.js";
import { address } from "./router.js";

/** The list of the facts that are known so far. */
export function orderFacts(order, map) {
  const facts = [
    ["Customer", order.customer_id],
    ["Items", order.items.length ? h("span", {}, order.items.map((item) => itemText(item, order.currency)).join(", ")) : null],
    ["Total", money(order.amount_minor, order.currency)],
    ["Ship to", order.shipping_address && shipTo(order.shipping_address)],
    ["Reason", order.reason && reasonText(order)],
    ["Tracking number", order.tracking_number && tracking(order.tracking_number)],
    ["Delivered", order.delivered_at && timeOfDay(Date.parse(order.delivered_at) / 1000)],
    ["Time limit", order.expires_at && !order.decided && timeOfDay(Date.parse(order.expires_at) / 1000)],
    ["Stored in", tables(order.order_id, map)],
  ];
  return h("dl", { class: "facts" }, facts.filter(([, value]) => value).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}

const itemText = ({ sku, quantity, unit_price }, currency) => `${quantity} × ${sku} at ${money(unit_price, currency)}`;
const shipTo = ({ name, city, country }) => [name, city, country].filter(Boolean).join(", ");

/** Why the order was not shipped, or why it is to be cancelled. */
function reasonText({ reason, status }) {
  if (status === "rejected") return `payment declined: ${reason}`;
  return { customer: "the customer cancelled it", expired: "its time limit was over" }[reason] ?? reason;
}

const tracking = (number) => h("span", {}, h("code", {}, number), " ", copyButton("the tracking number", () => number));

function tables(orderId, map) {
  const links = map.tables
    .filter((table) => table.service && table.label === `${capitalize(table.service)}Table`)
    .map((table) => h("a", { href: address("table", table.label, orderId) }, table.label));
  return links.length ? h("span", { class: "row tight" }, links) : null;
}
