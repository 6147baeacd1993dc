// The panel of a queue: its messages, and the faults that the user can inject into them.
import { changeQueue, sendPoison } from "./api.js";
import { h, setText } from "./dom.js";
import { capitalize, timeOfDay } from "./format.js";
import { body } from "./json-view.js";
import { MessageList } from "./message-list.js";
import { PendingChanges } from "./pending.js";
import { subscriptions } from "./subscriptions.js";
import { reportErrors, toast } from "./toast.js";

const DELAYS_SECONDS = [0, 1, 3, 10, 30];

export class QueuePanel {
  constructor(name, map) {
    const queue = map.queues.find((known) => known.name === name);
    this.name = name;
    this.title = queue.label;
    this.settings = new PendingChanges((settings) => this.showSettings(settings));
    this.depth = h("span", { class: "muted number" });
    this.switches = {
      duplicate: this.switch("duplicate", "Duplicate each message"),
      reorder: this.switch("reorder", "Reorder"),
      break_next: this.switch("break_next", "Break the next message"),
    };
    this.delay = h("select", { id: "delay", onchange: () => this.change({ delay_seconds: Number(this.delay.value) }) },
      DELAYS_SECONDS.map((seconds) => h("option", { value: seconds }, seconds ? `${seconds} s` : "no delay")));
    this.messages = new MessageList(name, "messages", messageItem);
    this.element = h("div", { class: "stack" },
      h("p", { class: "muted" }, `Messages for ${capitalize(queue.service)}. `, this.depth),
      h("div", { class: "row" }, this.switches.duplicate, this.switches.reorder, h("label", { class: "field" }, "Delay by", this.delay)),
      h("div", { class: "row" }, this.switches.break_next,
        h("button", { type: "button", class: "danger", id: "poison", onclick: () => this.poison() }, "Send a poison message")),
      ...subscriptions("Subscribes to", map.subscriptions.filter((subscription) => subscription.queue === name), map),
      this.messages.element,
    );
  }

  poison() {
    return reportErrors(async () => {
      await sendPoison(this.name);
      toast(`Sent a message that no consumer can read to ${this.title}`);
    });
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
    this.messages.update(`${queue.waiting} ${queue.in_flight} ${queue.delayed} ${state.flow[this.name]}`);
  }
}

function messageItem(message) {
  const received = message.received ? `, received ${message.received}×` : "";
  return h("li", {}, h("details", {},
    h("summary", {}, message.type ?? "not an event", h("span", { class: "muted" }, ` ${message.state} since ${timeOfDay(message.sent_at)}${received}`)),
    body(message.body)));
}
