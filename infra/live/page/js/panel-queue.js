// The panel of a queue: its messages, and the faults that the user can inject into them.
import { changeQueue, messages, poison } from "./api.js";
import { h, setText } from "./dom.js";
import { body } from "./json-view.js";
import { latest } from "./latest.js";
import { list } from "./panel-service.js";
import { PendingChanges } from "./pending.js";
import { reportErrors, toast } from "./toast.js";
import { capitalize, timeOfDay } from "./format.js";

const DELAYS_SECONDS = [0, 1, 3, 10, 30];
const SHOWN = 20;

export class QueuePanel {
  constructor(name, map) {
    const queue = map.queues.find((known) => known.name === name);
    this.name = name;
    this.title = queue.label;
    this.look = latest((depths) => this.lookInto(depths));
    this.settings = new PendingChanges((queue) => this.showSettings(queue));
    this.depth = h("span", { class: "muted number" });
    this.switches = {
      duplicate: this.switch("duplicate", "Duplicate each message"),
      reorder: this.switch("reorder", "Reorder"),
      break_next: this.switch("break_next", "Break the next message"),
    };
    this.delay = h("select", { id: "delay", onchange: () => this.change({ delay_seconds: Number(this.delay.value) }) },
      DELAYS_SECONDS.map((seconds) => h("option", { value: seconds }, seconds ? `${seconds} s` : "no delay")));
    this.waiting = h("ul", { class: "letters", id: "messages" });
    this.element = h("div", { class: "stack" },
      h("p", { class: "muted" }, `Messages for ${capitalize(queue.service)}. `, this.depth),
      h("div", { class: "row" }, this.switches.duplicate, this.switches.reorder, h("label", { class: "field" }, "Delay by", this.delay)),
      h("div", { class: "row" }, this.switches.break_next,
        h("button", { type: "button", class: "danger", id: "poison", onclick: () => reportErrors(async () => (await poison(name), toast(`Sent a message that no consumer can read to ${this.title}`))) }, "Send a poison message")),
      ...list("Subscribes to", map.subscriptions.filter((subscription) => subscription.queue === name), map),
      this.waiting,
    );
  }

  switch(key, label) {
    const input = h("input", { type: "checkbox", role: "switch", id: key, onchange: () => this.change({ [key]: input.checked }) });
    return Object.assign(h("label", { class: "switch" }, input, label), { input });
  }

  change(change) {
    return this.settings.change(() => changeQueue(this.name, change));
  }

  showSettings(queue) {
    for (const [key, { input }] of Object.entries(this.switches)) input.checked = queue[key];
    if (![...this.delay.options].some((option) => Number(option.value) === queue.delay_seconds)) {
      this.delay.append(h("option", { value: queue.delay_seconds }, `${queue.delay_seconds} s`));
    }
    this.delay.value = queue.delay_seconds;
  }

  update(state) {
    const queue = state.queues[this.name];
    if (!queue) return;
    setText(this.depth, `${queue.waiting} waiting, ${queue.in_flight} in flight, ${queue.delayed} delayed`);
    this.settings.update(queue);
    this.look(`${queue.waiting} ${queue.in_flight} ${queue.delayed}`);
  }

  async lookInto(depths) {
    if (depths === this.looked) return;
    const found = await messages(this.name).catch(() => null);
    if (!found) return;
    this.looked = depths;
    const ids = JSON.stringify(found.messages.slice(0, SHOWN).map((message) => [message.message_id, message.state, message.received]));
    if (ids === this.ids) return;
    this.ids = ids;
    this.waiting.replaceChildren(...found.messages.slice(0, SHOWN).map(item), ...(found.count > SHOWN ? [h("li", {}, `and ${found.count - SHOWN} more`)] : []));
  }
}

function item(message) {
  const received = message.received ? `, received ${message.received}×` : "";
  return h("li", {}, h("details", {},
    h("summary", {}, message.type ?? "not an event", h("span", { class: "muted" }, ` ${message.state} since ${timeOfDay(message.sent_at)}${received}`)),
    body(message.body)));
}
