// The steps of a lesson: which have happened, which one happens now, and what each of them reports.
import { h } from "./dom.js";

const MARKS = { done: "✓", current: "▸", failed: "✗" };

export class LessonSteps {
  constructor(lesson) {
    this.rows = lesson.steps.map((text) => {
      const mark = h("span", { class: "mark", "aria-hidden": "true" });
      const notes = h("div", { class: "notes muted" });
      return { item: h("li", {}, mark, h("div", {}, text, notes)), mark, notes };
    });
    this.element = h("ol", { class: "steps" }, this.rows.map(({ item }) => item));
  }

  update(progress) {
    this.rows.forEach(({ item, mark, notes }, at) => {
      const state = stateOf(progress, at);
      item.dataset.state = state;
      mark.textContent = MARKS[state] ?? "";
      if (state === "current") item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
      const texts = (progress?.notes ?? []).filter(({ step }) => step === at).map(({ text }) => text);
      if (notes.children.length !== texts.length) notes.replaceChildren(...texts.map((text) => h("p", {}, text)));
    });
  }
}

function stateOf(progress, at) {
  if (!progress || at > progress.step) return "waiting";
  if (at < progress.step || progress.phase === "ended") return "done";
  return progress.phase === "failed" ? "failed" : "current";
}
