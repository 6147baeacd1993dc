// The details of one row of the diagram: payload, attempts and times.
import { h } from "./dom.js";
import { json } from "./json-view.js";
import { capitalize, timeOfDay, shortId, duration } from "./format.js";

const OUTCOMES = {
  running: "being handled", handled: "handled", duplicate: "recognized as a duplicate", retrying: "not handled yet: SQS delivers it again",
  failed: "failed: SQS delivers it again", dead: "moved to the dead-letter queue",
};

/** The element with the details of a row of diagram.js. */
export function details(row, began) {
  if (row.kind === "request") return request(row);
  const event = row.kind === "note" ? row.published.event : row.message.event;
  const to = row.kind === "note" ? "to no subscriber" : `to ${capitalize(row.to)}`;
  return h("div", { class: "stack" },
    h("div", { class: "row" }, h("strong", {}, row.label), h("span", { class: "muted" }, `from ${capitalize(row.from)} ${to}, published +${duration(row.at - began)}`), chip(row.state)),
    row.kind === "message" ? attempts(row.message) : null,
    json(event),
  );
}

const chip = (state) => h("span", { class: "chip", "data-status": state }, { retrying: "retrying", dead: "dead letter", running: "being handled" }[state] ?? state);

function request({ request, label }) {
  return h("div", { class: "stack" },
    h("div", { class: "row" }, h("strong", {}, label), h("span", { class: "muted" }, `${timeOfDay(request.at)}, answered ${request.status} after ${duration(request.ended - request.at)}`)),
    request.body ? json(request.body) : null,
    h("h3", {}, "Answer"), json(request.answer),
  );
}

function attempts(message) {
  if (!message.attempts.length) return h("p", { class: "muted" }, "Not received yet: the message waits in its queue.");
  const line = (attempt) => h("tr", {},
    h("td", { class: "number" }, attempt.number), h("td", {}, h("code", {}, shortId(attempt.message_id))),
    h("td", { class: "number" }, `+${duration(attempt.began - message.at)}`), h("td", { class: "number" }, attempt.ended ? duration(attempt.ended - attempt.began) : "…"),
    h("td", {}, OUTCOMES[attempt.outcome], attempt.reason ? h("div", { class: "reason muted" }, attempt.reason) : null));
  return h("table", {},
    h("thead", {}, h("tr", {}, ...["receive count", "message id", "received after", "duration", "outcome"].map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, message.attempts.map(line)));
}
