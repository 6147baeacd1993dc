// Keeps a control as the user has set it, until the run's state includes the change.
import { reportErrors } from "./toast.js";

const WAIT_MS = 500;

/** Calls `show` with each new value at once. While a change is running, it calls `show` after the change. */
export class PendingChanges {
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
    await reportErrors(act);
    // A state from before the change may still arrive.
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    this.changes -= 1;
    if (!this.changes && this.value) this.show(this.value);
  }
}
