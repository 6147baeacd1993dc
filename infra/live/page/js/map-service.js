// The box of a service on the map: its state, counts, and functions.
import { s, setText } from "./dom.js";
import { capitalize, duration } from "./format.js";
import { serviceState } from "./service-state.js";

export class ServiceBox {
  constructor(service, box, narrow) {
    this.label = capitalize(service.name);
    this.narrow = narrow;
    const left = box.x + (narrow ? 12 : 16);
    const text = (y, kind) => s("text", { class: kind, x: left, y: box.y + y }, "");
    this.name = s("text", { class: "name", x: left, y: box.y + 26, "data-fit": box.width - (narrow ? 16 : 130) }, this.label);
    this.state = narrow ? text(42, "state") : s("text", { class: "state", x: box.x + box.width - 14, y: box.y + 26, "text-anchor": "end" }, "");
    this.handled = text(48, "small");
    this.failed = text(48, "small failed");
    this.p95 = text(64, "small");
    this.unpublished = text(64, "small unpublished");
    this.top = box.y + 60;
    this.lights = {};
    const lights = service.functions.flatMap((name, number) => this.light(name, part(name, service.name), box, left, number));
    this.elements = [
      s("rect", { class: "box", x: box.x, y: box.y, width: box.width, height: box.height, rx: 10 }),
      s("rect", { class: "band", x: box.x, y: box.y + 8, width: 5, height: box.height - 16, rx: 2.5 }),
      this.name, this.state, this.handled, this.failed, this.p95, this.unpublished, ...lights,
    ];
  }

  /** A light for each function. A narrow box has no room for their names, which the service's panel shows. */
  light(name, label, box, left, number) {
    const y = box.y + (this.narrow ? 117 : 84 + number * 16);
    const x = left + 4 + (this.narrow ? number * 14 : 0);
    this.lights[name] = s("circle", { class: "light", cx: x, cy: y, r: 4 }, s("title", {}, label));
    return this.narrow ? [this.lights[name]] : [this.lights[name], s("text", { class: "small", x: x + 10, y: y + 4 }, label)];
  }

  show(service, group) {
    const [state, text] = serviceState(service);
    group.dataset.state = state;
    setText(this.state, text);
    const { handled, failed, p95_seconds: p95, unpublished } = service;
    setText(this.handled, `${handled ?? 0} handled`);
    setText(this.failed, failed || !this.narrow ? `${failed ?? 0} failed` : "");
    group.dataset.failed = failed > 0;
    setText(this.p95, p95 === null || p95 === undefined ? "" : `p95 ${duration(p95)}`);
    setText(this.unpublished, unpublished ? `${unpublished} unpublished` : "");
    if (this.narrow) {
      below(this.top, this.handled, this.failed, this.p95, this.unpublished);
    } else {
      after(this.handled, this.failed);
      after(this.p95, this.unpublished);
    }
    for (const [name, availability] of Object.entries(service.functions)) {
      if (this.lights[name]) this.lights[name].dataset.availability = availability;
    }
    group.setAttribute("aria-label", `Service ${this.label}, ${text}, ${handled ?? 0} messages handled, ${failed ?? 0} failed`);
  }
}

/** Moves a text behind another one, with a gap. */
function after(first, second) {
  const start = Number(first.getAttribute("x"));
  const wide = first.textContent ? first.getComputedTextLength() + 14 : 0;
  second.setAttribute("x", start + wide);
}

/** Places the texts that are not empty below each other. */
function below(top, ...texts) {
  texts.filter((text) => text.textContent).forEach((text, number) => text.setAttribute("y", top + number * 15));
}

/** A function's name without its service's name, such as Consumer for PaymentConsumer. */
const part = (name, service) => (name.startsWith(capitalize(service)) && name.slice(service.length)) || name;
