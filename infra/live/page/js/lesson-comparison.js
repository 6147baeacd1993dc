// The fault of a lesson in the three versions of the system: what happens to one order, and what it needs.
import { h } from "./dom.js";
import { Calculated } from "./calculated.js";
import { effortRows, numbers, resultRow, table } from "./comparison-table.js";

const BOOKED = ["charges", "refunds", "parcels"];

export class LessonComparison {
  /** `load` returns the whole comparison. */
  constructor({ name, compared }, load) {
    this.calculated = new Calculated(load, (comparison) => rowsOf(name, comparison));
    this.element = h("section", { class: "compared stack", "aria-label": "Alternatives" },
      h("h3", {}, "Alternatives"),
      h("p", {}, "The same order in three versions of the system. ", compared, " ", h("a", { href: "#comparison" }, "The whole comparison")),
      this.calculated.element);
  }

  show() {
    return this.calculated.show();
  }
}

function rowsOf(name, { versions, lessons, currency }) {
  const found = lessons.filter(({ lesson }) => lesson === name);
  const booked = BOOKED.map((each) => numbers(each, found.map(({ order }) => order[each])));
  return table("One order with the fault of this lesson. The price is for a million of them, without batches and logs.", versions, h("tbody", {}, resultRow("the order ends", found), booked, effortRows(found, currency)));
}
