// Animates the map: a dot moves along a line for each message since the last update.
import { s } from "./dom.js";

const MOST = 6; // dots on a line at a time: more dots cannot be distinguished
const RIDE_MS = 650;
const APART_MS = 70;
const still = matchMedia("(prefers-reduced-motion: reduce)");

export class Flow {
  redraw(svg, paths) {
    [this.svg, this.paths] = [svg, paths];
  }

  /** Shows the increase of the message counts. The first totals are the start value. */
  update(totals) {
    const before = this.totals;
    this.totals = totals;
    if (!before || document.hidden) return;
    for (const [edge, total] of Object.entries(totals)) {
      const passed = total - (before[edge] ?? 0);
      if (passed > 0) for (const path of this.paths?.get(edge) ?? []) this.send(path, Math.min(passed, MOST));
    }
  }

  send(path, count) {
    if (still.matches) {
      path.classList.add("lit");
      setTimeout(() => path.classList.remove("lit"), 400);
      return;
    }
    for (let number = 0; number < count; number += 1) {
      const bead = s("circle", { class: "bead", r: 4.5, "data-color": path.dataset.color, opacity: 0 });
      bead.style.offsetPath = `path("${path.getAttribute("d")}")`;
      this.svg.append(bead);
      const ride = bead.animate(
        [{ offsetDistance: "0%", opacity: 1 }, { offsetDistance: "100%", opacity: 1 }],
        { duration: RIDE_MS, delay: number * APART_MS, easing: "ease-in-out" },
      );
      ride.finished.then(() => bead.remove(), () => bead.remove());
    }
  }
}
