// What happened to the run: stacks that joined or left, processes that stopped or restarted, and exceptions.
import { h } from "./dom.js";
import { failureText, failureView } from "./failure.js";
import { capitalize, timeOfDay } from "./format.js";
import { address } from "./router.js";
import { toast } from "./toast.js";

const BAD = new Set(["broken", "failed", "incomplete"]);

/** The list of notices, newest first. New ones are also shown as toasts. */
export class Notices {
  constructor(card, list) {
    Object.assign(this, { card, list, seen: null });
  }

  update(notices = []) {
    this.card.hidden = !notices.length;
    const last = notices.at(-1)?.id ?? 0;
    // A new run counts from 1 again.
    const fresh = this.seen === null || last < this.seen ? notices : notices.filter((notice) => notice.id > this.seen);
    if (last < (this.seen ?? 0)) this.list.replaceChildren();
    if (this.seen !== null) for (const notice of fresh) announce(notice);
    this.seen = last;
    this.list.prepend(...fresh.map(item).reverse());
    const ids = new Set(notices.map((notice) => String(notice.id)));
    for (const known of [...this.list.children]) if (!ids.has(known.dataset.notice)) known.remove();
  }
}

const announce = ({ kind, text, service, failure }) =>
  toast(failure ? `${capitalize(service ?? failure.service)}: ${failureText(failure)}` : text, BAD.has(kind) ? "problem" : "done");

function item(notice) {
  const order = notice.failure?.order_id;
  const service = notice.service ?? notice.failure?.service;
  // The exception at the end of the text is shown below it.
  const text = notice.failure ? notice.text.split(": ")[0] : notice.text;
  return h("li", { "data-notice": notice.id, "data-kind": notice.kind },
    h("span", { class: "muted number" }, timeOfDay(notice.at)), " ", h("span", { class: "text" }, service ? `${capitalize(service)}: ${text}` : text),
    order ? h("a", { href: address("order", order) }, "Show the order") : null,
    notice.failure ? failureView(notice.failure) : null);
}
