// The bars above the map: a lost connection, a removed safeguard, services that cannot run, and events that lack a part of
// their contract.
import { h } from "./dom.js";
import { failureText } from "./failure.js";
import { capitalize } from "./format.js";
import { isBusy } from "./lesson-progress.js";

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
    const texts = [...(this.lost ? [LOST] : []), ...removed(this.state), ...broken(this.state), ...incomplete(this.state)];
    const shown = JSON.stringify(texts);
    if (shown === this.shown) return;
    this.shown = shown;
    this.container.replaceChildren(...texts.map((text) => h("p", {}, text)));
  }
}

/** The safeguard that this run lacks, or that the second system of a lesson lacks. */
function removed(state) {
  const here = state?.without ? [`WITHOUT A SAFEGUARD: this run lacks one (${state.without}). Use it only to see what the safeguard is for.`] : [];
  const lesson = state?.lesson;
  const beside = lesson?.without && isBusy(lesson) ? [`WITHOUT A SAFEGUARD: a second system lacks one (${lesson.without}), for the lesson “${lesson.title}”. This run has all safeguards.`] : [];
  return [...here, ...beside];
}

const broken = (state) => Object.entries(state?.services ?? {})
  .filter(([, service]) => service.broken)
  .map(([name, service]) => `${capitalize(name)} cannot run. ${failureText(service.broken)}`);

/** What the run found out about event types: no catalogue entry, no filter, or no sample. */
const incomplete = (state) => (state?.notices ?? []).filter(({ kind }) => kind === "incomplete").map(({ text }) => text);
