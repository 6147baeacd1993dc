// The panel of the selected service, queue, topic or table. On a phone it is a sheet at the lower edge, below the map.
import { h, setText } from "./dom.js";
import { DeadLettersPanel } from "./panel-dead-letters.js";
import { QueuePanel } from "./panel-queue.js";
import { ServicePanel } from "./panel-service.js";
import { TablePanel } from "./panel-table.js";
import { TopicPanel } from "./panel-topic.js";

const PANELS = { service: ServicePanel, queue: QueuePanel, dead: DeadLettersPanel, topic: TopicPanel, table: TablePanel };

export class Inspector {
  constructor(card, title, body) {
    Object.assign(this, { card, title, body });
    this.close = h("button", { type: "button", class: "quiet close", "aria-label": "Close", onclick: () => this.setOpen(false) }, "✕");
    card.prepend(this.close);
    card.addEventListener("keydown", (event) => event.key === "Escape" && this.setOpen(false));
  }

  /** Shows the panel of a part of the run. */
  select({ kind, name, key }, map, state) {
    this.missing = false;
    this.panel = new PANELS[kind](name, map, key);
    setText(this.title, this.panel.title);
    this.body.replaceChildren(this.panel.element);
    if (state) this.panel.update(state);
  }

  /** Says that the run has no such part. */
  showMissing(kind, name) {
    this.panel = null;
    this.missing = true;
    setText(this.title, "Not found");
    this.body.replaceChildren(h("p", {}, `This run has no ${kind} ${name}.`));
  }

  setOpen(open) {
    this.card.dataset.open = open;
    if (!open) document.querySelector("#map .node[aria-current='true']")?.focus({ preventScroll: true });
  }

  update(state) {
    this.panel?.update(state);
  }
}
