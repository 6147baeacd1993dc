// The panel of a dead-letter queue: the reason of each message, and the actions redrive, edit and discard.
import { discard, messages, redrive } from "./api.js";
import { h, setText } from "./dom.js";
import { body } from "./json-view.js";
import { latest } from "./latest.js";
import { reportErrors, toast } from "./toast.js";
import { timeOfDay, shortId, spaced } from "./format.js";

export class DeadPanel {
  constructor(name, map, openOrder) {
    const queue = map.queues.find((known) => known.name === name);
    Object.assign(this, { name, openOrder, source: queue.source, title: spaced(queue.label), items: new Map() });
    this.look = latest((depths) => this.lookInto(depths));
    this.all = h("button", { type: "button", class: "main", id: "redrive-all", onclick: () => this.redrive({}) }, "Redrive all");
    this.count = h("span", { class: "muted" });
    this.list = h("ul", { class: "letters", id: "letters" });
    const hint = queue.source
      ? "Redrive moves messages back to their source queue. It is always safe: consumers recognize the events that they have handled."
      : "Stream records that the relay could not publish. Correct the cause, then run choreo republish to publish the events again.";
    this.element = h("div", { class: "stack" }, h("p", { class: "muted" }, hint), h("div", { class: "row" }, queue.source ? this.all : null, this.count), this.list);
  }

  update(state) {
    const queue = state.queues[this.name];
    if (!queue) return;
    const all = queue.waiting + queue.in_flight + queue.delayed;
    this.all.disabled = !all;
    setText(this.count, all ? `${all} dead letter${all > 1 ? "s" : ""}` : "This queue is empty, as it should be.");
    // The number stays the same if one message leaves and another arrives, so the flow's count is compared, too.
    this.look(`${all} ${state.flow[this.name]}`);
  }

  async lookInto(depths) {
    if (depths === this.looked) return;
    const found = await messages(this.name).catch(() => null);
    if (!found) return;
    this.looked = depths;
    const ids = new Set(found.messages.map((message) => message.message_id));
    for (const [id, item] of this.items) if (!ids.has(id)) { item.remove(); this.items.delete(id); }
    for (const message of found.messages) {
      if (this.items.has(message.message_id)) continue;
      this.items.set(message.message_id, this.item(message));
      this.list.append(this.items.get(message.message_id));
    }
  }

  item(message) {
    const shown = h("div", {}, body(message.body));
    const one = { message_id: message.message_id };
    const text = h("textarea", { "aria-label": "The message's body", spellcheck: "false" });
    const send = h("button", { type: "button", class: "main", onclick: () => this.redrive({ ...one, body: text.value }) }, "Redrive edited message");
    const editing = h("div", { class: "stack", hidden: "" }, text, h("div", { class: "row" }, send, message.original ? h("span", { class: "muted" }, "This is the original body, before the fault was injected.") : null));
    const edit = () => {
      editing.hidden = !editing.hidden;
      shown.hidden = !editing.hidden;
      text.value = message.original ?? message.body;
      if (!editing.hidden) text.focus();
    };
    const button = (label, act, kind = "") => h("button", { type: "button", class: kind, onclick: act }, label);
    return h("li", { "data-message": message.message_id },
      h("div", { class: "row" }, h("strong", {}, message.type ?? "Not an event"), h("span", { class: "muted" }, `since ${timeOfDay(message.sent_at)}`),
        message.order_id ? h("span", {}, "order ", button(shortId(message.order_id), () => this.openOrder(message.order_id), "link")) : null),
      h("p", { class: "reason" }, message.reason ?? "No reason given: the message reached the maximum receive count."),
      shown, editing,
      h("div", { class: "row" }, this.source ? button("Redrive", () => this.redrive(one)) : null, this.source ? button("Edit…", edit) : null,
        button("Discard", () => reportErrors(() => discard(this.name, message.message_id)), "danger")));
  }

  redrive(what) {
    return reportErrors(async () => {
      const { moved } = await redrive(this.name, what);
      toast(moved === 1 ? "Redrove one message" : `Redrove ${moved} messages`);
    });
  }
}
