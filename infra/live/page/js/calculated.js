// A part of the page that another process calculates: says so meanwhile, and offers a retry if it fails.
import { h } from "./dom.js";

const CALCULATING = "Calculating: another process plays the orders, which takes about ten seconds.";

export class Calculated {
  /** `load` returns the result, and `draw` makes elements of it. */
  constructor(load, draw) {
    Object.assign(this, { load, draw });
    this.state = h("p", { role: "status" });
    this.retry = h("button", { type: "button", hidden: "", onclick: () => this.show() }, "Try again");
    this.content = h("div", { class: "stack" });
    this.say(CALCULATING);
    this.element = h("div", { class: "stack calculated" }, this.state, h("div", { class: "row" }, this.retry), this.content);
  }

  /** Shows the result as soon as there is one. */
  async show() {
    this.say(CALCULATING);
    try {
      this.content.replaceChildren(...[this.draw(await this.load())].flat());
      this.say("");
    } catch (error) {
      this.say(`Not calculated: ${error.message}`, true);
    }
  }

  say(text, failed = false) {
    this.state.textContent = text;
    this.state.hidden = !text;
    this.state.classList.toggle("problem", failed);
    this.retry.hidden = !failed;
  }
}
