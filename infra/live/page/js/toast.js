// Short messages at the bottom of the page, which screen readers announce.
import { h } from "./dom.js";

const LASTING_MS = 5000;

export function toast(text, kind = "done") {
  const line = h("p", { class: kind }, text);
  document.getElementById("toasts").append(line);
  setTimeout(() => line.remove(), LASTING_MS);
}

/** Runs an action, and shows the error message if it fails. */
export async function reportErrors(act) {
  try {
    return await act();
  } catch (error) {
    toast(error.message, "problem");
    return undefined;
  }
}
