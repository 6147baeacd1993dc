// The panel of the selected service, queue or topic, with its controls.
import { setText } from "./dom.js";
import { DeadPanel } from "./panel-dead-letters.js";
import { QueuePanel } from "./panel-queue.js";
import { ServicePanel } from "./panel-service.js";
import { TopicPanel } from "./panel-topic.js";

const PANELS = { service: ServicePanel, queue: QueuePanel, dead: DeadPanel, topic: TopicPanel };

export class Inspector {
  constructor(title, body, openOrder) {
    Object.assign(this, { title, body, openOrder });
  }

  /** Shows the panel of a node of the map. */
  choose(choice, map, state) {
    this.panel = new PANELS[choice.kind](choice.name, map, this.openOrder);
    setText(this.title, this.panel.title);
    this.body.replaceChildren(this.panel.element);
    if (state) this.panel.update(state);
  }

  update(state) {
    this.panel?.update(state);
  }
}
