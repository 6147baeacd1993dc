// The sequence diagram of one order: a lifeline for each service, an arrow for each message, by time of sending.
import { fitText, makeButton, s, setText } from "./dom.js";
import { capitalize, colorOf, duration, timeLeft } from "./format.js";

const ROW = 42;
const TOP = 48;
const CUSTOMER = "customer";

/** The rows of an order: requests, messages to each subscriber, and events without a subscriber. */
export function rows(order, owner) {
  const requests = order.requests.map((request, number) => ({
    key: `request ${number}`, kind: "request", at: request.at, request,
    from: request.service === owner ? CUSTOMER : caller(request.path), to: request.service ?? owner,
    label: `${request.method} ${path(request.path)}`, state: request.status < 400 ? "handled" : "dead",
  }));
  const messages = order.messages.map((message) => ({
    key: `${message.event.id} ${message.queue}`, kind: "message", at: message.at, message,
    from: message.publisher ?? "?", to: message.subscriber, label: message.event.type, state: message.state,
    timer: isTimer(message) && { at: Date.parse(message.event.data?.expires_at) / 1000, decided: order.decided },
  }));
  const unsubscribed = order.unsubscribed.map((published) => ({
    key: published.event.id, kind: "note", at: published.at, published,
    from: published.publisher, to: published.publisher, label: published.event.type, state: "handled",
  }));
  return [...requests, ...messages, ...unsubscribed].sort((a, b) => a.at - b.at);
}

/** Whether a service sent the message to itself, with a delay: the time limit of an order. */
const isTimer = ({ publisher, subscriber, state, event }) =>
  publisher === subscriber && state === "waiting" && Number.isFinite(Date.parse(event.data?.expires_at));

/** The caller of a service that customers do not call, from the first part of the path, such as "carrier". */
const caller = (whole) => whole.split("/")[1];
const path = (whole) => whole.replace(/[0-9a-f-]{36}/, "…");

export class SequenceDiagram {
  constructor(container, select) {
    this.container = container;
    this.select = select;
    new ResizeObserver(() => this.order && this.draw()).observe(container);
  }

  show(order, services, owner) {
    Object.assign(this, { order, services, owner });
    this.draw(true);
  }

  draw(changed = false) {
    const width = this.container.clientWidth;
    if (!width || (!changed && width === this.width)) return;
    this.width = width;
    const focused = document.activeElement?.closest?.(".message")?.dataset.key;
    this.rows = rows(this.order, this.owner);
    const gutter = width < 480 ? 52 : 72;
    const callers = this.rows.filter((row) => row.kind === "request").map((row) => row.from);
    const lanes = [...new Set([CUSTOMER, ...this.services, ...callers])];
    const apart = (width - gutter) / lanes.length;
    const at = (name) => gutter + apart * (Math.max(lanes.indexOf(name), 0) + 0.5);
    const height = TOP + this.rows.length * ROW + 14;
    const svg = s("svg", { viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": "Sequence diagram" });
    for (const name of lanes) svg.append(...head(name, at(name), apart, height));
    this.live = [];
    this.rows.forEach((row, number) => svg.append(this.row(row, TOP + number * ROW + 24, at, width)));
    this.container.replaceChildren(svg);
    for (const who of svg.querySelectorAll(".who")) fitText(who, who.textContent, Math.min(apart - 6, 104) - 6);
    this.tick();
    if (focused) svg.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  row(row, y, at, width) {
    const [from, to] = [at(row.from), at(row.to)];
    const state = row.timer ? "timer" : row.state;
    const group = s("g", { class: "message", "data-key": row.key, "data-state": state, "data-color": colorOf(row.from === CUSTOMER ? null : row.from) });
    const spoken = `${row.label}, ${capitalize(row.from)} to ${capitalize(row.to)}, ${row.timer ? "time limit" : row.state}`;
    makeButton(group, spoken, () => this.select(row.key));
    group.setAttribute("aria-pressed", row.key === this.selected);
    group.append(
      s("rect", { class: "hit", x: 1, y: y - 21, width: width - 2, height: ROW - 3 }),
      s("text", { class: "time", x: 6, y: y + 4 }, `+${duration(row.at - this.order.at)}`),
    );
    const itself = from === to;
    const half = Math.max(row.label.length * 3.4, row.timer ? below(row).length * 2.9 : 0);
    const middle = Math.min(Math.max(itself ? from + 34 + half : (from + to) / 2, half + 4), width - half - 4);
    if (row.kind === "note") {
      const wide = row.label.length * 6.6 + 18;
      const x = Math.min(Math.max(from - wide / 2, 2), width - wide - 2);
      group.append(s("rect", { class: "note", x, y: y - 13, width: wide, height: 24, rx: 6 }), s("text", { x: x + wide / 2, y: y + 3.5, "text-anchor": "middle" }, row.label));
      return group;
    }
    const side = Math.sign(to - from) || 1;
    const caption = s("text", { class: "below", x: middle, y: y + 13, "text-anchor": "middle" });
    this.live.push([caption, row]);
    group.append(
      s("path", { class: "shaft", d: itself ? `M${from} ${y - 5} h26 v9 h-18` : `M${from} ${y} H${to - side * 8}` }),
      s("path", { class: "tip", d: itself ? `M${to} ${y + 4} l10 -5 v10 z` : `M${to} ${y} l${-side * 10} -5 v10 z` }),
      s("text", { class: "label", x: middle, y: y - 7, "text-anchor": "middle" }, row.label), caption,
    );
    return group;
  }

  setSelected(key) {
    this.selected = key;
    for (const group of this.container.querySelectorAll(".message")) group.setAttribute("aria-pressed", group.dataset.key === key);
  }

  /** Updates the times of messages that are waiting or being handled. */
  tick() {
    for (const [text, row] of this.live ?? []) setText(text, below(row));
  }
}

function head(name, x, apart, height) {
  const wide = Math.min(apart - 6, 104);
  return [
    s("line", { class: "life", x1: x, x2: x, y1: 32, y2: height }),
    s("g", { "data-color": colorOf(name === CUSTOMER ? null : name) },
      s("rect", { class: "head", x: x - wide / 2, y: 4, width: wide, height: 28, rx: 7 }),
      s("text", { class: wide < 70 ? "who small" : "who", x, y: 23, "text-anchor": "middle" }, capitalize(name)), s("title", {}, capitalize(name))),
  ];
}

/** The text below an arrow: the duration, or the state of the message. */
function below(row) {
  if (row.kind === "request") return `${row.request.status} · ${duration(row.request.ended - row.request.at)}`;
  if (row.timer) return row.timer.decided ? "time limit, no longer needed" : timeLeft("time limit", row.timer.at);
  const { attempts, at, state, next_at: nextAt } = row.message;
  const copies = new Set(attempts.map((attempt) => attempt.message_id)).size;
  const last = attempts.at(-1);
  const often = [copies > 1 && `${copies} copies`, attempts.length > copies && `${attempts.length} attempts`].filter(Boolean).join(", ");
  const now = Date.now() / 1000;
  const what = {
    waiting: `waiting ${duration(now - Math.max(at, row.message.resent_at))}`,
    running: `being handled ${duration(now - (last?.began ?? now))}`,
    retrying: nextAt ? timeLeft("next attempt", nextAt) : "retrying", dead: "dead letter",
    handled: duration((attempts.find((attempt) => attempt.outcome === "handled")?.ended ?? at) - at),
  }[state];
  return often ? `${what} · ${often}` : what;
}
