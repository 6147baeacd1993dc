// The comparison of the choreography with an orchestrated and a naive version: work, price, faults, code and advice.
import { h } from "./dom.js";
import { Calculated } from "./calculated.js";
import { effortRows, group, numbers, resultRow, table } from "./comparison-table.js";
import { code, decision, section } from "./excerpt.js";
import { address } from "./router.js";

const INTRODUCTION = "Would an orchestrator be simpler, and are the safeguards needed? Three versions of the system get the same orders and the same faults. All have the same HTTP API, decisions, gateway and carrier.";
const MEANING = {
  choreography: "this project: services that react to events",
  orchestrated: "one function takes an order through all steps, with the same safeguards",
  naive: "the choreography without safeguards: it writes the state, then publishes",
};

export class ComparisonView {
  /** `load` returns the comparison, and `titles` has the titles of the lessons by name. */
  constructor(load, titles) {
    this.calculated = new Calculated(load, (comparison) => [work(comparison), faults(comparison, titles), ...sources(comparison)]);
    this.element = h("div", { class: "stack lesson" },
      h("p", {}, INTRODUCTION),
      h("dl", { class: "meanings" }, Object.entries(MEANING).map(([version, meaning]) => h("div", {}, h("dt", {}, version), h("dd", {}, meaning)))),
      this.calculated.element,
      h("nav", { "aria-label": "Other lessons" }, h("a", { href: "#lessons" }, "All lessons")));
  }

  show() {
    return this.calculated.show();
  }
}

function work({ versions, work: all, orders, currency }) {
  const outcomes = [...new Set(all.map(({ outcome }) => outcome))];
  const body = (outcome) => {
    const found = all.filter((row) => row.outcome === outcome);
    return h("tbody", {}, group(`${orders} orders that end ${outcome}`, versions), effortRows(found, currency));
  };
  const changes = all.slice(0, versions.length).map((row) => row.subscriber_changes);
  const joining = h("tbody", {}, group("A new service wants to learn of orders", versions), numbers("services to change", changes));
  return table("Messages, writes and price, without faults and without logs", versions, [...outcomes.map(body), joining]);
}

function faults({ versions, lessons }, titles) {
  const names = [...new Set(lessons.map(({ lesson }) => lesson))];
  const body = (name) => {
    const found = lessons.filter(({ lesson }) => lesson === name);
    const title = [h("a", { href: address("lesson", name) }, titles[name]), h("p", { class: "muted" }, found[0].fault)];
    return h("tbody", { "data-lesson": name }, group(title, versions), resultRow("the order ends", found));
  };
  return table("What happens to one order in each lesson", versions, names.map(body));
}

function sources({ versions, code: excerpts, decision: chosen, advice }) {
  return [
    ...versions.map((version) => h("section", { class: "safeguard stack", "aria-label": `Code, ${version}` }, h("h3", {}, `How the ${version} version handles a message`), excerpts[version].map((each) => code(each)))),
    h("section", { class: "safeguard stack", "aria-label": "Advice" }, h("h3", {}, "Advice and decision"), advice.map(section), decision(chosen)),
  ];
}
