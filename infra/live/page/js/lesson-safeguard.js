// A safeguard of a lesson: its code, the decision that chose it, what it costs, and what happens without it.
import { h, setText } from "./dom.js";
import { code, decision } from "./excerpt.js";

export class SafeguardView {
  constructor(guard, open, play) {
    this.guard = guard;
    this.price = h("dd", {}, guard.cost ? "…" : "nothing: it needs no call of its own");
    this.play = h("button", { type: "button", class: "danger", "data-without": guard.without, onclick: () => play(guard.without) }, "Play without it");
    this.element = h("section", { class: "safeguard stack", "aria-label": `Safeguard ${guard.without}` },
      h("h3", {}, "Safeguard, removed by ", h("code", {}, guard.without)),
      h("dl", { class: "facts" },
        fact("Without it", h("dd", {}, guard.consequence)),
        fact("Cost of a million orders", this.price)),
      guard.code.map((excerpt) => code(excerpt, open)),
      decision(guard.decision),
      h("div", { class: "row" }, this.play, h("span", { class: "muted" }, "in a second system")));
  }

  showPrice(prices) {
    const { cost } = this.guard;
    if (cost) setText(this.price, prices[cost] ? `${prices[cost]} (${cost})` : "unknown: run choreo cost");
  }
}

const fact = (name, value) => h("div", {}, h("dt", {}, name), value);
