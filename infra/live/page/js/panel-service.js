// The panel of a service, with the controls to stop, start and slow it.
import { changeService } from "./api.js";
import { h, setText } from "./dom.js";
import { serviceState } from "./map-view.js";
import { PendingChanges } from "./pending.js";
import { reportErrors } from "./toast.js";
import { capitalize, colorOf } from "./format.js";

const SLOWEST_SECONDS = 10;
const HINTS = {
  stopped: "Its functions are not invoked. Messages wait in its queue, and events to publish wait in its table's stream.",
  "not-running": "No process runs its functions. Start one in a terminal: ",
  running: "",
  slow: "",
};

export class ServicePanel {
  constructor(name, map) {
    const service = map.services.find((known) => known.name === name);
    this.name = name;
    this.title = capitalize(name);
    this.settings = new PendingChanges((service) => {
      if (this.dragging) return;
      this.slow.value = service.slow_seconds;
      this.writeSlow();
    });
    this.power = h("button", { type: "button", id: "power", onclick: () => this.toggle() });
    this.slow = h("input", { type: "range", min: 0, max: SLOWEST_SECONDS, step: 0.5, id: "slow", onchange: () => this.settings.change(() => changeService(this.name, { slow_seconds: Number(this.slow.value) })), oninput: () => this.writeSlow(), onpointerdown: () => (this.dragging = true), onpointerup: () => (this.dragging = false) });
    this.slowText = h("output", { class: "number", for: "slow" });
    this.state = h("strong", {});
    this.hint = h("p", { class: "muted" });
    this.functions = h("dl", { class: "facts" });
    this.element = h("div", { class: "stack" },
      h("div", { class: "row" }, this.power, h("label", { class: "field" }, "Slow down by", this.slow, this.slowText), this.state),
      this.hint, this.functions,
      ...list("Subscribes to", map.subscriptions.filter((s) => map.queues.some((queue) => queue.name === s.queue && queue.service === name)), map),
      service.stack ? h("p", { class: "muted" }, `Part of the stack ${service.stack}.`) : null,
    );
  }

  update(state) {
    const service = state.services[this.name];
    if (!service) return;
    this.service = service;
    const [kind, text] = serviceState(service);
    setText(this.power, service.running ? `Stop ${this.title}` : `Start ${this.title}`);
    this.power.className = service.running ? "danger" : "main";
    setText(this.state, text);
    setText(this.hint, HINTS[kind] + (kind === "not-running" ? `choreo run ${this.name}` : ""));
    this.hint.hidden = !this.hint.textContent;
    this.settings.update(service);
    const shown = JSON.stringify([service.functions, service.unpublished]);
    if (shown === this.shown) return;
    this.shown = shown;
    const facts = Object.entries(service.functions).map(([name, availability]) => fact(name, { free: "free", busy: "busy", "not-running": "not running" }[availability]));
    if (service.unpublished) facts.push(fact("events to publish", service.unpublished));
    this.functions.replaceChildren(...facts);
  }

  writeSlow() {
    setText(this.slowText, `${Number(this.slow.value).toFixed(1)} s a batch`);
  }

  toggle() {
    return reportErrors(() => changeService(this.name, { running: !this.service.running }));
  }
}

const fact = (name, value) => h("div", {}, h("dt", {}, name), h("dd", {}, value));

/** The event types of some subscriptions, in their publishers' colours. */
export function list(title, subscriptions, map) {
  if (!subscriptions.length) return [];
  const items = subscriptions.flatMap((subscription) => {
    const publisher = map.topics.find((topic) => topic.arn === subscription.topic)?.publisher;
    const types = subscription.types.length ? subscription.types : ["everything"];
    return types.map((type) => h("li", { "data-color": colorOf(publisher) }, type));
  });
  return [h("div", {}, h("h3", {}, title), h("ul", { class: "types" }, items))];
}
