// The tables of the comparison: a column for each version, and a row for each number or lesson.
import { h } from "./dom.js";

const NUMBERS = [
  ["messages sent", "published"], ["messages received", "received"], ["invocations", "invocations"], ["write units", "write_units"],
];

/** A table of the versions. `bodies` are its groups of rows. */
export const table = (caption, versions, bodies) => h("table", { class: "versions" },
  h("caption", {}, caption),
  h("thead", {}, h("tr", {}, h("td", {}), versions.map((version) => h("th", { scope: "col" }, version)))),
  bodies);

/** A row above the rows that it names. */
export const group = (title, versions) => h("tr", {}, h("th", { scope: "rowgroup", colspan: versions.length + 1 }, title));

/** The messages, writes and price of each version. */
export function effortRows(found, currency) {
  const rows = NUMBERS.map(([label, name]) => numbers(label, found.map(({ effort }) => effort[name])));
  return [...rows, numbers(`${currency} for a million`, found.map(({ effort }) => effort.price_per_million.toFixed(2)))];
}

export const numbers = (label, values) => row(label, values.map((value) => h("td", { class: "number" }, value)));

/** The result of a lesson in each version. */
export const resultRow = (label, found) => row(label, found.map(({ right, result }) => h("td", {}, h("span", { class: "verdict", "data-right": right }, `${right ? "✓" : "✗"} ${result}`))));

const row = (label, cells) => h("tr", {}, h("th", { scope: "row" }, label), cells);
