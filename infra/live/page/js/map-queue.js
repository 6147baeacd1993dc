// The boxes of queues and dead-letter queues on the map: their names and how many messages they have.
import { fitText, s, setText } from "./dom.js";

const FULL = 100; // the number of messages that fills a queue's box

export class QueueBox {
  constructor(queue, box, narrow) {
    Object.assign(this, { box, label: queue.label, inset: narrow ? 8 : 12 });
    const small = box.height < 50;
    const middle = box.y + box.height / 2;
    this.shown = narrow ? queue.label.replace(/Queue$/, "") : queue.label;
    this.fill = s("rect", { class: "fill", x: box.x, y: box.y, width: 0, height: box.height, rx: 8 });
    this.count = s("text", { class: small && narrow ? "count few" : "count", x: box.x + box.width - this.inset, y: small ? middle + (narrow ? 6 : 8) : box.y + (narrow ? 46 : 38), "text-anchor": "end" }, "0");
    this.name = s("text", { class: "name", x: box.x + this.inset, y: small ? middle + 5 : box.y + 22 }, this.shown);
    this.rest = small ? null : s("text", { class: "small", x: box.x + this.inset, y: box.y + 44 }, "");
    // On a narrow map, the count of a high box is below the name.
    this.besideCount = small || !narrow;
    this.elements = [s("rect", { class: "box", ...box, rx: 8 }), this.fill, this.name, this.count, s("title", {}, queue.label)];
    if (this.rest) this.elements.push(this.rest);
  }

  show(queue, group) {
    const digits = String(queue.waiting).length;
    setText(this.count, queue.waiting);
    if (digits !== this.digits) this.fit(digits);
    const parts = [queue.in_flight && `${queue.in_flight} in flight`, queue.delayed && `${queue.delayed} delayed`].filter(Boolean);
    const rest = parts.join(" · ") || "waiting";
    if (this.rest && rest !== this.restShown) fitText(this.rest, rest, this.left());
    this.restShown = rest;
    this.fill.setAttribute("width", this.box.width * Math.min(1, queue.waiting / FULL));
    group.dataset.disturbed = queue.duplicate || queue.reorder || queue.break_next || queue.slowed;
    group.setAttribute("aria-label", `Queue ${this.label}: ${queue.waiting} waiting, ${queue.in_flight} in flight`);
  }

  fit(digits) {
    this.digits = digits;
    this.restShown = null;
    fitText(this.name, this.shown, this.besideCount ? this.left() : this.box.width - 2 * this.inset);
  }

  /** The width beside the count. */
  left() {
    return this.box.width - 2 * this.inset - this.count.getComputedTextLength() - 6;
  }
}

export class DeadLetterBox {
  constructor(queue, box, narrow) {
    this.label = queue.label;
    const y = box.y + box.height / 2 + 4.5;
    const text = queue.source ? (narrow ? "dead" : "dead letters") : narrow ? "relay" : "relay’s";
    this.count = s("text", { class: "total", x: box.x + box.width - 8, y, "text-anchor": "end" }, "0");
    this.elements = [s("rect", { class: "box", ...box, rx: 6 }), s("text", { class: "small", x: box.x + 8, y }, text), this.count, s("title", {}, queue.label)];
  }

  show(queue, group) {
    const all = queue.waiting + queue.in_flight + queue.delayed;
    setText(this.count, all);
    group.dataset.full = all > 0;
    group.setAttribute("aria-label", `${this.label}: ${all} messages`);
  }
}
