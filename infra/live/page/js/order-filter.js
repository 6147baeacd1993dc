// Filters the list of orders by status and by a text.
import { searchOrders } from "./api.js";
import { h, setText } from "./dom.js";
import { latest } from "./latest.js";

const STATUSES = {
  "": "All orders", undecided: "In progress", trouble: "In trouble", placed: "Placed", paid: "Paid", shipped: "Shipped",
  completed: "Completed", cancelling: "Cancelling", cancelled: "Cancelled", rejected: "Rejected",
};

/** Calls `show` with the orders that match, now and after each change of the run's orders. */
export class OrderFilter {
  constructor(bar, show) {
    this.show = show;
    this.status = h("select", { id: "status", "aria-label": "Status", onchange: () => this.apply() },
      Object.entries(STATUSES).map(([value, label]) => h("option", { value }, label)));
    this.text = h("input", {
      id: "search", type: "search", "aria-label": "Search orders", placeholder: "Order id, customer or parcel",
      autocomplete: "off", spellcheck: "false", oninput: () => this.apply(),
    });
    this.count = h("span", { class: "muted number", role: "status" });
    bar.append(this.status, this.text, this.count);
    this.apply = latest(() => this.search());
  }

  update(orders) {
    const seen = JSON.stringify(orders);
    if (seen === this.seen) return;
    [this.seen, this.orders] = [seen, orders];
    this.apply();
  }

  async search() {
    const [status, text] = [this.status.value, this.text.value.trim()];
    if (!status && !text) {
      setText(this.count, "");
      this.show(this.orders ?? [], "There are no orders yet: place one above.");
      return;
    }
    const found = await searchOrders({ status, text }).catch(() => null);
    if (!found) return;
    setText(this.count, `${found.count} found`);
    this.show(found.orders, "No order matches.");
  }
}
