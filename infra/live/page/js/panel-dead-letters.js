// The panel of a dead-letter queue: the reason of each message, and the actions redrive, edit and discard.
import { discard, redrive, restore } from "./api.js";
import { h, setText } from "./dom.js";
import { count, shortId, spaced, timeOfDay } from "./format.js";
import { body } from "./json-view.js";
import { MessageEditor } from "./message-editor.js";
import { MessageList } from "./message-list.js";
import { address } from "./router.js";
import { reportErrors, toast } from "./toast.js";

const REDRIVE = "Redrive moves messages back to their source queue. It is always safe: consumers recognize the events that they have handled.";
const REPUBLISH = "Stream records that the relay could not publish. Correct the cause, then run choreo republish to publish the events again.";
const NO_REASON = "No reason given: the message reached the maximum receive count.";

export class DeadLettersPanel {
  constructor(name, map) {
    const queue = map.queues.find((known) => known.name === name);
    Object.assign(this, { name, source: queue.source, title: spaced(queue.label) });
    this.all = h("button", { type: "button", class: "main", id: "redrive-all", onclick: () => this.redrive({}) }, "Redrive all");
    this.count = h("span", { class: "muted" });
    this.letters = new MessageList(name, "letters", (message) => this.item(message), (message) => this.announce(message));
    this.element = h("div", { class: "stack" },
      h("p", { class: "muted" }, queue.source ? REDRIVE : REPUBLISH),
      h("div", { class: "row" }, queue.source ? this.all : null, this.count), this.letters.element);
  }

  update(state) {
    const queue = state.queues[this.name];
    if (!queue) return;
    const all = queue.waiting + queue.in_flight + queue.delayed;
    this.all.disabled = !all;
    setText(this.count, all ? count(all, "dead letter") : "This queue is empty, as it should be.");
    // The number stays the same if one message leaves and another arrives, so the flow's count is compared, too.
    this.letters.update(`${all} ${state.flow[this.name]}`);
  }

  /** Tells that a message that was redriven is here again. */
  announce(message) {
    if (message.redriven) toast(`A redriven message came back: ${message.reason ?? "its handler failed again"}`, "problem");
  }

  item(message) {
    const shown = h("div", {}, body(message.body));
    const one = { message_id: message.message_id };
    const editor = new MessageEditor(message.body, message.original, (edited) => this.redrive({ ...one, body: edited }));
    const button = (label, act, kind = "") => h("button", { type: "button", class: kind, onclick: act }, label);
    const item = h("li", { "data-message": message.message_id },
      h("div", { class: "row" }, h("strong", {}, message.type ?? "Not an event"), h("span", { class: "muted" }, `since ${timeOfDay(message.sent_at)}`),
        message.order_id ? h("span", {}, "order ", h("a", { href: address("order", message.order_id) }, shortId(message.order_id))) : null,
        message.redriven ? h("span", { class: "chip", "data-status": "failed" }, message.redriven > 1 ? `came back ${message.redriven}×` : "came back after its redrive") : null),
      h("p", { class: "reason" }, message.reason ?? NO_REASON),
      shown, editor.element,
      h("div", { class: "row" },
        this.source ? button("Redrive", () => this.redrive(one)) : null,
        this.source ? button("Edit…", () => (shown.hidden = editor.toggle())) : null,
        button("Discard", () => this.discard(item, message), "danger")));
    return item;
  }

  redrive(what) {
    return reportErrors(async () => {
      const { moved } = await redrive(this.name, what);
      toast(`Redrove ${count(moved, "message")}`);
    });
  }

  /** Discards a message. Until the panel is closed, a button in its place brings it back. */
  discard(item, message) {
    return reportErrors(async () => {
      item.dataset.discarded = true;
      await discard(this.name, message.message_id).catch((error) => {
        delete item.dataset.discarded;
        throw error;
      });
      const undo = h("button", { type: "button", onclick: () => this.restore(item, message) }, "Undo");
      item.removeAttribute("data-message");
      item.replaceChildren(h("div", { class: "row", role: "status" }, `Discarded ${message.type ?? "a message"}.`, undo));
      undo.focus();
    });
  }

  restore(item, message) {
    return reportErrors(async () => {
      await restore(this.name, message.message_id);
      item.remove();
    });
  }
}
