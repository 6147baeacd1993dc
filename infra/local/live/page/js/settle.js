// What a person just set stays as they set it until the run has told of it.
import { trying } from "./say.js";

const SETTLING_MS = 500;

/** `show` gets the newest value at once, except while a change is under way: then just after it. */
export class Settling {
  constructor(show) {
    this.show = show;
    this.changes = 0;
  }

  update(value) {
    this.value = value;
    if (!this.changes) this.show(value);
  }

  async change(act) {
    this.changes += 1;
    await trying(act);
    // What was sent before the change may still be on its way.
    await new Promise((resolve) => setTimeout(resolve, SETTLING_MS));
    this.changes -= 1;
    if (!this.changes && this.value) this.show(this.value);
  }
}
