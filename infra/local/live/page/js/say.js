// Short messages at the bottom of the page; screen readers hear them, too.
import { h } from "./dom.js";

const LASTING_MS = 5000;

export function say(text, kind = "done") {
  const line = h("p", { class: kind }, text);
  document.getElementById("said").append(line);
  setTimeout(() => line.remove(), LASTING_MS);
}

/** Does something that may fail, and says so if it does. */
export async function trying(act) {
  try {
    return await act();
  } catch (error) {
    say(error.message, "problem");
    return undefined;
  }
}
