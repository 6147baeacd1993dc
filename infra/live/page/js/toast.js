// Short messages at the bottom of the page, which screen readers announce.
import { h } from "./dom.js";

const LASTING_MS = 6000;
const MOST = 3;

export function toast(text, kind = "done") {
  const box = document.getElementById("toasts");
  for (const shown of [...box.children]) if (shown.textContent === text) shown.remove();
  const line = h("p", { class: kind }, text);
  box.append(line);
  while (box.children.length > MOST) box.firstElementChild.remove();
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
