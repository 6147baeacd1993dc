// The view of the lessons: the list, or one lesson that is played on the running system.
import { fetchComparison, fetchLesson, fetchLessonPrices, fetchLessons, playLesson } from "./api.js";
import { ComparisonView } from "./comparison-view.js";
import { h, setText } from "./dom.js";
import { isBusy } from "./lesson-progress.js";
import { LessonView } from "./lesson-view.js";
import { address } from "./router.js";
import { reportErrors } from "./toast.js";

const INTRODUCTION = "Each lesson plays one fault with real messages and the deployed handlers. It then proves, from the ledgers of gateway and carrier, that no order is lost.";

const COMPARISON = Symbol("the comparison"); // no lesson has this name

export class Lessons {
  constructor(title, body) {
    Object.assign(this, { title, body, name: null, view: null, progress: null });
  }

  /** Shows the list, or the lesson with this name. */
  async open(name = null) {
    this.name = name;
    this.known ??= await reportErrors(fetchLessons);
    if (!this.known || name !== this.name) return;
    if (!name) this.showList();
    else if (this.known.lessons.some((lesson) => lesson.name === name)) await this.load(name);
    else this.showMissing(name);
  }

  /** Shows the comparison with an orchestrated and a naive version. */
  async openComparison() {
    this.name = COMPARISON;
    this.known ??= await reportErrors(fetchLessons);
    if (!this.known || this.name !== COMPARISON) return;
    this.view = null;
    setText(this.title, "Alternatives compared");
    const titles = Object.fromEntries(this.known.lessons.map(({ name, title }) => [name, title]));
    const shown = new ComparisonView(() => this.compare(), titles);
    this.body.replaceChildren(shown.element);
    shown.show();
  }

  showList() {
    this.view = null;
    setText(this.title, "Lessons");
    const item = ({ name, title, safeguards }) => h("li", {}, h("a", { href: address("lesson", name) }, title), safeguards ? h("span", { class: "muted" }, ` ${safeguards === 1 ? "a safeguard" : `${safeguards} safeguards`} to remove`) : null);
    const comparison = h("p", {}, h("a", { href: "#comparison" }, "Alternatives compared"), h("span", { class: "muted" }, ": an orchestrated version, and one without safeguards"));
    this.body.replaceChildren(h("div", { class: "stack" }, h("p", {}, INTRODUCTION), unavailable(this.known), h("ol", { class: "lessons" }, this.known.lessons.map(item)), comparison));
  }

  async load(name) {
    const lesson = await reportErrors(() => fetchLesson(name));
    if (!lesson || name !== this.name) return;
    setText(this.title, lesson.title);
    if (this.view?.name !== name) {
      this.view = new LessonView(lesson, this.known, unavailable(this.known), { play: (without) => this.play(without), compare: () => this.compare() });
      this.body.replaceChildren(this.view.element);
      this.showCalculated(this.view);
    }
    this.view.showProofs(lesson.proofs);
    this.view.update(this.progress);
  }

  showMissing(name) {
    this.view = null;
    setText(this.title, "Not found");
    this.body.replaceChildren(h("p", {}, `There is no lesson ${name}. `, h("a", { href: "#lessons" }, "All lessons")));
  }

  /** Shows the prices, and then the comparison: two calculations at once would delay both. */
  async showCalculated(view) {
    this.prices ??= fetchLessonPrices().catch(() => ({ prices: {} }));
    view.showPrices((await this.prices).prices);
    if (view === this.view) view.showComparison();
  }

  /** The comparison, requested once. A request after a failure asks again. */
  async compare() {
    this.comparison ??= fetchComparison();
    try {
      return await this.comparison;
    } catch (error) {
      this.comparison = null;
      throw error;
    }
  }

  play(without) {
    return reportErrors(async () => this.showProgress(await playLesson(this.name, without)));
  }

  /** Takes the progress of the present lesson from the run's state. */
  update({ lesson }) {
    this.showProgress(lesson);
  }

  /** Forgets the progress: another run may answer next. */
  reset() {
    this.progress = null;
    this.view?.update(null);
  }

  showProgress(progress) {
    if (startOf(progress) < startOf(this.progress)) return; // a state from before the start
    const changed = startOf(progress) !== startOf(this.progress) || isBusy(progress) !== isBusy(this.progress);
    this.progress = progress;
    this.view?.update(progress);
    // At the start, the run has dropped the proof of the last time; at the end, it has the new one.
    if (changed && this.view && this.view.name === progress?.name) this.load(progress.name);
  }
}

const startOf = (progress) => progress?.started_at ?? 0;

const unavailable = (known) => (known.unavailable ? h("p", { class: "warning" }, known.unavailable) : null);
