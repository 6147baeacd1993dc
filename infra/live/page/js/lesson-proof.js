// The proof of a lesson: the six lights, and the book of its orders. A run without a safeguard stands beside the first.
import { h } from "./dom.js";
import { shortId } from "./format.js";
import { address } from "./router.js";

export class LessonProof {
  constructor(lesson) {
    this.lesson = lesson;
    this.element = h("div", { class: "stack", id: "proof", hidden: "" });
  }

  /** Shows the newest proof with all safeguards, and the newest one without a safeguard. */
  show(proofs) {
    const text = JSON.stringify(proofs);
    if (text === this.shown) return;
    this.shown = text;
    const guarded = proofs.filter(({ without }) => !without).at(-1);
    const shown = [guarded, proofs.filter(({ without }) => without).at(-1)].filter(Boolean);
    this.element.hidden = !shown.length;
    this.element.replaceChildren(...(shown.length ? [lights(shown), ...shown.flatMap((proof) => [this.book(proof), this.outcome(proof)])] : []));
  }

  outcome(proof) {
    const { consequence } = this.lesson.safeguards.find(({ without }) => without === proof.without) ?? {};
    const expected = consequence ?? this.lesson.outcome;
    return h("p", { class: consequence || !proof.as_expected ? "problem" : "good" }, proof.as_expected ? `As expected: ${expected}.` : `Not as expected: ${expected}.`);
  }

  book(proof) {
    const head = ["customer", "order", "ends as", "charges", "refunds", "parcels"];
    const wrong = violationsOf(proof).join(" ");
    // Another system has the order, unless the lesson was played here.
    const linked = !proof.without && !this.lesson.parameters.length;
    const row = ({ order_id: id, customer, status, charges, refunds, parcels }) => {
      const bad = wrong.includes(`(${shortId(id)})`);
      const order = h("code", {}, shortId(id));
      return h("tr", { class: bad ? "wrong" : null },
        h("td", {}, bad ? "✗ " : "", customer), h("td", {}, linked ? h("a", { href: address("order", id) }, order) : order),
        h("td", {}, h("span", { class: "chip", "data-status": status }, status)),
        ...[charges, refunds, parcels].map((number) => h("td", { class: "number" }, number)));
    };
    const title = `Book of the orders, ${systemOf(proof)}`;
    return h("div", { class: "book" }, h("table", { "data-without": proof.without },
      h("caption", {}, title),
      h("thead", {}, h("tr", {}, head.map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, proof.book.map(row))));
  }
}

const systemOf = ({ without }) => (without ? `with a safeguard removed (${without})` : "with all safeguards");
const violationsOf = ({ lights: all }) => all.flatMap(({ violations }) => violations);

function lights(proofs) {
  const numbers = proofs[0].lights.map((light, at) => [light, proofs.map((proof) => proof.lights[at])]);
  return h("table", { class: "lights" },
    h("caption", {}, "Proof, from the ledgers of gateway and carrier"),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "invariant"), proofs.map((proof) => h("th", { scope: "col", class: proof.without ? "wrong" : null }, systemOf(proof))))),
    h("tbody", {}, numbers.map(([{ number, rule }, found]) => [
      h("tr", {}, h("th", { scope: "row" }, `${number}. ${rule}`), found.map((light) => h("td", {}, lightOf(light)))),
      ...found.flatMap(({ violations }) => violations).map((text) => h("tr", { class: "violation" }, h("td", { colspan: found.length + 1 }, text))),
    ]).flat()));
}

const lightOf = ({ green }) => h("span", { class: "light", "data-green": green }, green ? "✓ green" : "✗ red");
