// The view of the lessons: the list, or one lesson that is played on the running system.
import { fetchLesson, fetchLessonPrices, fetchLessons, playLesson } from "./api.js";
import { h, setText } from "./dom.js";
import { isBusy } from "./lesson-progress.js";
import { LessonView } from "./lesson-view.js";
import { address } from "./router.js";
import { reportErrors } from "./toast.js";

const INTRODUCTION = "Each lesson plays one fault with real messages and the deployed handlers. It then proves, from the ledgers of gateway and carrier, that no order is lost.";

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

  showList() {
    this.view = null;
    setText(this.title, "Lessons");
    const item = ({ name, title, safeguards }) => h("li", {}, h("a", { href: address("lesson", name) }, title), safeguards ? h("span", { class: "muted" }, ` ${safeguards === 1 ? "a safeguard" : `${safeguards} safeguards`} to remove`) : null);
    this.body.replaceChildren(h("div", { class: "stack" }, h("p", {}, INTRODUCTION), unavailable(this.known), h("ol", { class: "lessons" }, this.known.lessons.map(item))));
  }

  async load(name) {
    const lesson = await reportErrors(() => fetchLesson(name));
    if (!lesson || name !== this.name) return;
    setText(this.title, lesson.title);
    if (this.view?.name !== name) {
      this.view = new LessonView(lesson, this.known, unavailable(this.known), (without) => this.play(without));
      this.body.replaceChildren(this.view.element);
      this.showPrices();
    }
    this.view.showProofs(lesson.proofs);
    this.view.update(this.progress);
  }

  showMissing(name) {
    this.view = null;
    setText(this.title, "Not found");
    this.body.replaceChildren(h("p", {}, `There is no lesson ${name}. `, h("a", { href: "#lessons" }, "All lessons")));
  }

  async showPrices() {
    this.prices ??= fetchLessonPrices().catch(() => ({ prices: {} }));
    this.view?.showPrices((await this.prices).prices);
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
