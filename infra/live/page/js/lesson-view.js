// One lesson: what is about to happen, its steps while they happen, its proof, and its safeguards.
import { h, setText } from "./dom.js";
import { LessonComparison } from "./lesson-comparison.js";
import { LessonProof } from "./lesson-proof.js";
import { SafeguardView } from "./lesson-safeguard.js";
import { LessonSteps } from "./lesson-steps.js";
import { isBusy } from "./lesson-progress.js";
import { address } from "./router.js";

export class LessonView {
  /** Calls `play` with the name of a safeguard to remove, or with null, and `compare` to get the comparison. */
  constructor(lesson, { lessons, unavailable }, warning, { play, compare }) {
    Object.assign(this, { lesson, name: lesson.name, unavailable });
    this.play = h("button", { type: "button", class: "main", id: "play", onclick: () => play(null) }, "Play");
    this.state = h("p", { role: "status", class: "number" });
    this.removed = h("p", { class: "removed", hidden: "" });
    this.steps = new LessonSteps(lesson);
    this.proof = new LessonProof(lesson);
    this.safeguards = lesson.safeguards.map((guard, at) => new SafeguardView(guard, at === 0, play));
    this.comparison = lesson.compared ? new LessonComparison(lesson, compare) : null;
    this.element = h("div", { class: "stack lesson" },
      h("ol", { class: "story" }, lesson.story.map((sentence) => h("li", {}, sentence))),
      h("p", {}, h("strong", {}, "Watch: "), lesson.watch),
      lesson.parameters.length ? h("p", { class: "muted" }, "Play starts a second system with its own parameters (", lesson.parameters.join(", "), "), which takes some seconds. The map shows the first system.") : null,
      warning,
      h("div", { class: "row" }, this.play, this.state),
      this.removed, this.steps.element, this.proof.element, this.comparison?.element,
      ...this.safeguards.map((view) => view.element),
      neighbours(lesson.name, lessons));
  }

  showProofs(proofs) {
    this.proof.show(proofs);
  }

  showPrices(prices) {
    for (const view of this.safeguards) view.showPrice(prices);
  }

  showComparison() {
    this.comparison?.show();
  }

  /** Shows the progress of the lesson that is played, which may be another one. */
  update(progress) {
    const own = progress?.name === this.name ? progress : null;
    const locked = Boolean(this.unavailable) || isBusy(progress);
    for (const button of [this.play, ...this.safeguards.map((view) => view.play)]) lock(button, locked);
    setText(this.state, own ? stateOf(own) : isBusy(progress) ? `The lesson “${progress.title}” is being played.` : "");
    this.state.classList.toggle("problem", own?.phase === "failed");
    this.showRemoved(own);
    this.steps.update(own);
  }

  showRemoved(own) {
    const shown = JSON.stringify([own?.without, own?.address, isBusy(own)]);
    if (shown === this.shown) return;
    this.shown = shown;
    this.removed.hidden = !own?.second || (!own.without && !own.address);
    this.removed.classList.toggle("danger", Boolean(own?.without));
    const system = own?.without ? [h("strong", {}, "A safeguard is removed "), "(", h("code", {}, own.without), "). A second system without it plays this lesson; the map shows the first system."] : ["A second system plays this lesson."];
    const link = own?.address ? h("a", { href: own.address, target: "_blank" }, "Open the second system’s page") : null;
    this.removed.replaceChildren(...system, " ", ...(link ? [link] : []));
  }
}

/** Disables a button, and keeps the focus on it. */
function lock(button, locked) {
  button.setAttribute("aria-disabled", locked);
}

function stateOf({ phase, step, steps, error, without }) {
  switch (phase) {
    case "starting": return "Starting a second system…";
    case "playing": return step < 0 ? "Preparing…" : `Step ${step + 1} of ${steps}`;
    case "failed": return `The lesson did not reach its end: ${error}`;
    default: return without ? "Played without the safeguard." : "Played.";
  }
}

function neighbours(name, lessons) {
  const at = lessons.findIndex((lesson) => lesson.name === name);
  const link = (lesson, label) => (lesson ? h("a", { href: address("lesson", lesson.name) }, `${label}: ${lesson.title}`) : null);
  return h("nav", { class: "row", "aria-label": "Other lessons" }, h("a", { href: "#lessons" }, "All lessons"), link(lessons[at - 1], "Previous"), link(lessons[at + 1], "Next"));
}
