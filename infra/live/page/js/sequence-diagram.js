// The sequence diagram of one order: a lifeline for each service, an arrow for each message, by time of sending.
import { makeButton, s, setText } from "./dom.js";
import { capitalize, duration, colorOf } from "./format.js";

const ROW = 42;
const TOP = 48;
const CUSTOMER = "customer";

/** The rows of an order: requests, messages to each subscriber, and events without a subscriber. */
export function rows(order, owner) {
  const requests = order.requests.map((request, number) => ({
    key: `request ${number}`, kind: "request", at: request.at, from: request.service === owner ? CUSTOMER : caller(request.path), to: request.service ?? owner, label: `${request.method} ${path(request.path)}`,
    state: request.status < 400 ? "handled" : "dead", request,
  }));
  const messages = order.messages.map((message) => ({
    key: `${message.event.id} ${message.queue}`, kind: "message", at: message.at, from: message.publisher ?? "?", to: message.subscriber,
    label: message.event.type, state: message.state, message,
  }));
  const unsubscribed = order.unsubscribed.map((published) => ({
    key: published.event.id, kind: "note", at: published.at, from: published.publisher, to: published.publisher, label: published.event.type, state: "handled", published,
  }));
  return [...requests, ...messages, ...unsubscribed].sort((a, b) => a.at - b.at);
}

/** The caller of a service that customers do not call, from the first part of the path, such as "carrier". */
const caller = (whole) => whole.split("/")[1];
const path = (whole) => whole.replace(/[0-9a-f-]{36}/, "…");

export class Diagram {
  constructor(place, choose) {
    this.place = place;
    this.choose = choose;
    new ResizeObserver(() => this.order && this.draw()).observe(place);
  }

  show(order, services, owner) {
    Object.assign(this, { order, services, owner });
    this.draw(true);
  }

  draw(changed = false) {
    const width = this.place.clientWidth;
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
    this.place.replaceChildren(svg);
    this.tick();
    if (focused) svg.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  row(row, y, at, width) {
    const [from, to] = [at(row.from), at(row.to)];
    const group = s("g", { class: "message", "data-key": row.key, "data-state": row.state, "data-color": colorOf(row.from === CUSTOMER ? null : row.from) });
    const spoken = `${row.label}, ${capitalize(row.from)} to ${capitalize(row.to)}, ${row.state}`;
    makeButton(group, spoken, () => this.choose(row.key));
    group.setAttribute("aria-pressed", row.key === this.chosen);
    group.append(
      s("rect", { class: "hit", x: 1, y: y - 21, width: width - 2, height: ROW - 3 }),
      s("text", { class: "time", x: 6, y: y + 4 }, `+${duration(row.at - this.order.at)}`),
    );
    const itself = from === to;
    const middle = itself ? Math.min(from + 34 + row.label.length * 3.3, width - row.label.length * 3.3 - 4) : Math.min(Math.max((from + to) / 2, row.label.length * 3.3 + 4), width - row.label.length * 3.3 - 4);
    if (row.kind === "note") {
      const wide = row.label.length * 6.6 + 18;
      const x = Math.min(Math.max(from - wide / 2, 2), width - wide - 2);
      group.append(s("rect", { class: "note", x, y: y - 13, width: wide, height: 24, rx: 6 }), s("text", { x: x + wide / 2, y: y + 3.5, "text-anchor": "middle" }, row.label));
      return group;
    }
    const side = Math.sign(to - from) || 1;
    const below = s("text", { class: "below", x: middle, y: y + 13, "text-anchor": "middle" });
    this.live.push([below, row]);
    group.append(
      s("path", { class: "shaft", d: itself ? `M${from} ${y - 5} h26 v9 h-18` : `M${from} ${y} H${to - side * 8}` }),
      s("path", { class: "tip", d: itself ? `M${to} ${y + 4} l10 -5 v10 z` : `M${to} ${y} l${-side * 10} -5 v10 z` }),
      s("text", { class: "label", x: middle, y: y - 7, "text-anchor": "middle" }, row.label), below,
    );
    return group;
  }

  choosing(key) {
    this.chosen = key;
    for (const group of this.place.querySelectorAll(".message")) group.setAttribute("aria-pressed", group.dataset.key === key);
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
      s("text", { class: "who", x, y: 23, "text-anchor": "middle", ...(wide < 88 && { textLength: Math.min(wide - 8, name.length * 7.6), lengthAdjust: "spacingAndGlyphs" }) }, capitalize(name))),
  ];
}

/** The text below an arrow: the duration, or the state of the message. */
function below(row) {
  if (row.kind === "request") return `${row.request.status} · ${duration(row.request.ended - row.request.at)}`;
  const { attempts, at, state } = row.message;
  const copies = new Set(attempts.map((attempt) => attempt.message_id)).size;
  const last = attempts.at(-1);
  const often = [copies > 1 && `${copies} copies`, attempts.length > copies && `${attempts.length} attempts`].filter(Boolean).join(", ");
  const now = Date.now() / 1000;
  const what = {
    waiting: `waiting ${duration(now - Math.max(at, row.message.resent_at))}`,
    running: `being handled ${duration(now - (last?.began ?? now))}`,
    retrying: "retrying", dead: "dead letter",
    handled: duration((attempts.find((attempt) => attempt.outcome === "handled")?.ended ?? at) - at),
  }[state];
  return often ? `${what} · ${often}` : what;
}
