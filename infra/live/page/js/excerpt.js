// Excerpts of the project: lines of code, a decision record, and a section of a guide.
import { h } from "./dom.js";

/** The first lines of a definition, unfolded if `open`. */
export function code({ file, line, lines, more }, open = false) {
  const text = [...lines, ...(more ? [`    … ${more} more lines`] : [])].join("\n");
  const place = `${file}:${line}`;
  return h("details", { open: open && "" }, h("summary", {}, h("code", {}, place)), pre(place, text));
}

export const decision = ({ file, title, text }) => folded(`Decision ${title}`, file, text);
export const section = ({ file, title, text }) => folded(title, file, text);

const folded = (title, file, text) => h("details", {}, h("summary", {}, title), h("p", { class: "muted" }, h("code", {}, file)), pre(title, text));
const pre = (label, text) => h("pre", { tabindex: "0", role: "group", "aria-label": label }, text);
