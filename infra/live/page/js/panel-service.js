// The panel of a service, with the controls to stop, start and slow it.
import { changeService } from "./api.js";
import { h, setText } from "./dom.js";
import { failureView } from "./failure.js";
import { capitalize, duration } from "./format.js";
import { PendingChanges } from "./pending.js";
import { address } from "./router.js";
import { serviceState } from "./service-state.js";
import { subscriptions } from "./subscriptions.js";
import { reportErrors } from "./toast.js";

const SLOWEST_SECONDS = 10;
const AVAILABILITIES = { free: "free", busy: "busy", "not-running": "not running" };
const hints = (name) => ({
  stopped: "Its functions are not invoked. Messages wait in its queue, and unpublished events wait in its table's stream.",
  "not-running": `No process runs its functions. Start one in a terminal: choreo run ${name}`,
});

export class ServicePanel {
  constructor(name, map) {
    const service = map.services.find((known) => known.name === name);
    this.name = name;
    this.title = capitalize(name);
    this.settings = new PendingChanges((settings) => this.showSettings(settings));
    this.power = h("button", { type: "button", id: "power", onclick: () => this.toggle() });
    this.slow = h("input", {
      type: "range", min: 0, max: SLOWEST_SECONDS, step: 0.5, id: "slow",
      onchange: () => this.settings.change(() => changeService(name, { slow_seconds: Number(this.slow.value) })),
      oninput: () => this.showSlow(), onpointerdown: () => (this.dragging = true), onpointerup: () => (this.dragging = false),
    });
    this.slowText = h("output", { class: "number", for: "slow" });
    this.state = h("strong", {});
    this.hint = h("p", { class: "muted" });
    this.broken = h("div", { hidden: "" });
    this.facts = h("dl", { class: "facts" });
    const own = map.queues.filter((queue) => queue.service === name).map((queue) => queue.name);
    this.element = h("div", { class: "stack" },
      h("div", { class: "row" }, this.power, h("label", { class: "field" }, "Slow down by", this.slow, this.slowText), this.state),
      this.hint, this.broken, this.facts,
      ...subscriptions("Subscribes to", map.subscriptions.filter((subscription) => own.includes(subscription.queue)), map),
      tables(map.tables.filter((table) => table.service === name)),
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
    setText(this.hint, hints(this.name)[kind] ?? "");
    this.hint.hidden = !this.hint.textContent;
    this.settings.update(service);
    this.showFacts(service);
  }

  showFacts(service) {
    const shown = JSON.stringify([service.functions, service.unpublished, service.handled, service.failed, service.p95_seconds, service.broken]);
    if (shown === this.shown) return;
    this.shown = shown;
    const facts = [
      ...Object.entries(service.functions).map(([name, availability]) => [name, AVAILABILITIES[availability]]),
      ["messages handled", service.handled], ["failed", service.failed],
      ["95th percentile of the last deliveries", service.p95_seconds === null ? "none yet" : duration(service.p95_seconds)],
      ["unpublished events", service.unpublished],
    ];
    this.facts.replaceChildren(...facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", { class: "number" }, value))));
    this.broken.hidden = !service.broken;
    this.broken.replaceChildren(...(service.broken ? [failureView(service.broken)] : []));
  }

  showSettings(service) {
    if (this.dragging) return;
    this.slow.value = service.slow_seconds;
    this.showSlow();
  }

  showSlow() {
    setText(this.slowText, `${Number(this.slow.value).toFixed(1)} s a batch`);
  }

  toggle() {
    return reportErrors(() => changeService(this.name, { running: !this.service.running }));
  }
}

const tables = (found) => (found.length
  ? h("div", {}, h("h3", {}, "Tables"), h("div", { class: "row links" }, found.map((table) => h("a", { href: address("table", table.label) }, table.label))))
  : null);
