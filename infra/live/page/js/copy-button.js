// A button that copies a text to the clipboard.
import { h } from "./dom.js";
import { toast } from "./toast.js";

export function copyButton(what, text) {
  const copy = () =>
    navigator.clipboard.writeText(text()).then(
      () => toast(`Copied ${what}`),
      () => toast(`The browser does not allow to copy ${what}`, "problem"),
    );
  return h("button", { type: "button", class: "small", "aria-label": `Copy ${what}`, title: `Copy ${what}`, onclick: copy }, "Copy");
}
