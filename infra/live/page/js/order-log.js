// The log lines of an order, with the exceptions in them.
import { h } from "./dom.js";
import { failureView } from "./failure.js";
import { capitalize, colorOf, timeOfDay } from "./format.js";

/** The section with the log lines; null if the order has none. */
export function orderLog(lines) {
  if (!lines?.length) return null;
  return h("details", { id: "log", open: lines.some((line) => line.failure) && "" },
    h("summary", {}, `Log (${lines.length})`),
    h("ul", { class: "log" }, lines.map(item)));
}

const item = (line) => h("li", { "data-level": line.level },
  h("span", { class: "muted number" }, timeOfDay(line.at)), " ",
  h("span", { class: "service", "data-color": colorOf(line.service) }, capitalize(line.service ?? "")), " ",
  h("span", { class: "level" }, line.level), " ",
  line.failure ? null : h("span", {}, line.text),
  line.failure ? failureView(line.failure) : null);
