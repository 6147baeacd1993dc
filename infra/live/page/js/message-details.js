// The details of one row of the diagram: payload, attempts and times.
import { h } from "./dom.js";
import { failureView } from "./failure.js";
import { capitalize, duration, shortId, timeLeft, timeOfDay } from "./format.js";
import { json } from "./json-view.js";

const OUTCOMES = {
  running: "being handled", handled: "handled", duplicate: "recognized as a duplicate",
  retrying: "not handled yet: SQS delivers it again", failed: "failed: SQS delivers it again",
  dead: "moved to the dead-letter queue",
};
const COLUMNS = ["receive count", "message id", "received after", "duration", "outcome"];

/** The element with the details of a row of the sequence diagram. */
export function messageDetails(row, order) {
  if (row.kind === "request") return request(row);
  const event = row.kind === "note" ? row.published.event : row.message.event;
  const to = row.kind === "note" ? "to no subscriber" : `to ${capitalize(row.to)}`;
  return h("div", { class: "stack" },
    h("div", { class: "row" }, h("strong", {}, row.label),
      h("span", { class: "muted" }, `from ${capitalize(row.from)} ${to}, published +${duration(row.at - order.at)}`), chip(row.state)),
    row.timer ? h("p", {}, timerText(row, order)) : null,
    row.kind === "message" ? attempts(row.message) : null,
    json(event),
  );
}

/** Explains the event that a service sends to itself with a delay: the time limit of the order. */
export function timerText(row, order) {
  const name = capitalize(row.to);
  const then = order.decided ? "The order is decided, so nothing will happen then." : `If the order is still undecided then, ${name} requests its cancellation.`;
  const at = order.expires_at ? ` at ${timeOfDay(Date.parse(order.expires_at) / 1000)}` : "";
  return `${name} subscribes to its own event with a delay: the message arrives when the order's time limit is over${at}. ${then}`;
}

const STATES = { retrying: "retrying", dead: "dead letter", running: "being handled" };
const chip = (state) => h("span", { class: "chip", "data-status": state }, STATES[state] ?? state);

function request({ request, label }) {
  const answered = `${timeOfDay(request.at)}, answered ${request.status} after ${duration(request.ended - request.at)}`;
  return h("div", { class: "stack" },
    h("div", { class: "row" }, h("strong", {}, label), h("span", { class: "muted" }, answered)),
    request.body ? json(request.body) : null,
    h("h3", {}, "Answer"), json(request.answer),
  );
}

function attempts(message) {
  if (!message.attempts.length) return h("p", { class: "muted" }, "Not received yet: the message waits in its queue.");
  const line = (attempt) => h("tr", {},
    h("td", { class: "number" }, attempt.number), h("td", {}, h("code", {}, shortId(attempt.message_id))),
    h("td", { class: "number" }, `+${duration(attempt.began - message.at)}`),
    h("td", { class: "number" }, attempt.ended ? duration(attempt.ended - attempt.began) : "…"),
    h("td", {}, OUTCOMES[attempt.outcome], attempt.failure ? null : reason(attempt)));
  const exception = ({ failure }) => (failure ? [h("tr", { class: "exception" }, h("td", { colspan: COLUMNS.length }, failureView(failure)))] : []);
  const next = message.state === "retrying" && !message.attempts.at(-1).failure?.next_at && message.next_at;
  return h("div", { class: "scrolled", tabindex: "0", role: "group", "aria-label": "Attempts" },
    h("table", {},
      h("thead", {}, h("tr", {}, COLUMNS.map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, message.attempts.flatMap((attempt) => [line(attempt), ...exception(attempt)]))),
    next ? h("p", { class: "muted" }, `The ${timeLeft("next attempt is", next)}.`) : null);
}

const reason = (attempt) => (attempt.reason ? h("div", { class: "reason muted" }, attempt.reason) : null);
