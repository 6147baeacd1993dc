// The bars above the map: a lost connection, services that cannot run, and events that lack a part of their contract.
import { h } from "./dom.js";
import { failureText } from "./failure.js";
import { capitalize } from "./format.js";

const LOST = "The local run has stopped, and this is what it showed last. Start it with make run: the page connects again by itself.";

export class Banners {
  constructor(container) {
    Object.assign(this, { container, lost: false, state: null });
  }

  setConnection(state) {
    this.lost = state === "lost";
    this.show();
  }

  update(state) {
    this.state = state;
    this.show();
  }

  show() {
    const texts = [...(this.lost ? [LOST] : []), ...broken(this.state), ...incomplete(this.state)];
    const shown = JSON.stringify(texts);
    if (shown === this.shown) return;
    this.shown = shown;
    this.container.replaceChildren(...texts.map((text) => h("p", {}, text)));
  }
}

const broken = (state) => Object.entries(state?.services ?? {})
  .filter(([, service]) => service.broken)
  .map(([name, service]) => `${capitalize(name)} cannot run. ${failureText(service.broken)}`);

/** What the run found out about event types: no catalogue entry, no filter, or no sample. */
const incomplete = (state) => (state?.notices ?? []).filter(({ kind }) => kind === "incomplete").map(({ text }) => text);
