// Draws the map as SVG when the stacks or the width change, and updates its texts and counts in between.
import { makeButton, s, setText } from "./dom.js";
import { Flow } from "./map-animation.js";
import { layout } from "./map-layout.js";
import { capitalize, colorOf } from "./format.js";

const FULL = 100; // the number of messages that fills a queue's box

export class MapView {
  constructor(place, choose) {
    this.place = place;
    this.choose = choose;
    this.flow = new Flow();
    new ResizeObserver(() => this.map && this.draw()).observe(place);
  }

  setMap(map) {
    this.map = map;
    this.draw();
  }

  setChosen(chosen) {
    this.chosen = chosen;
    for (const node of this.place.querySelectorAll(".node")) node.setAttribute("aria-current", node.dataset.name === chosen);
  }

  setState(state) {
    this.state = state;
    if (!this.nodes) return;
    for (const [name, service] of Object.entries(state.services)) this.showService(name, service);
    for (const [name, queue] of Object.entries(state.queues)) this.showQueue(name, queue);
    this.flow.update(state.flow);
  }

  draw() {
    const width = this.place.clientWidth;
    if (!width || (this.drawn === this.map && this.width === width)) return;
    const focused = document.activeElement?.dataset?.name;
    [this.drawn, this.width] = [this.map, width];
    const at = layout(this.map, width);
    this.nodes = new Map();
    const paths = new Map();
    const svg = s("svg", { viewBox: `0 0 ${at.width} ${at.height}`, role: "group", "aria-label": "Services, topics and queues", class: at.narrow ? "narrow" : "" });
    svg.append(...this.rails(at), ...this.lines(at, paths), ...this.callers(at, paths));
    for (const topic of this.map.topics) svg.append(this.topic(topic, at));
    for (const queue of this.map.queues) svg.append(queue.holds_dead_letters ? this.deadLetters(queue, at) : this.queue(queue, at));
    for (const service of this.map.services) svg.append(this.service(service, at));
    this.place.replaceChildren(svg);
    this.flow.redraw(svg, paths);
    if (this.state) this.setState(this.state);
    this.setChosen(this.chosen);
    if (focused) this.nodes.get(focused)?.group.focus({ preventScroll: true });
  }

  rails(at) {
    return this.map.topics.map((topic) => {
      const { x, y } = at.topics.get(topic.arn);
      const ys = at.stops.filter((stop) => stop.topic === topic.arn).map((stop) => stop.y).concat(y);
      return s("line", { class: "rail", "data-color": colorOf(topic.publisher), x1: x, x2: x, y1: Math.min(...ys), y2: Math.max(...ys) });
    });
  }

  lines(at, paths) {
    const drawn = [];
    const line = (key, d, of, className = "line") => {
      const path = s("path", { class: className, "data-color": colorOf(of), d });
      paths.set(key, [...(paths.get(key) ?? []), path]);
      drawn.push(path);
    };
    for (const topic of this.map.topics) {
      const from = at.services.get(topic.publisher);
      if (from) line(topic.arn, `M${from.x} ${from.out} H${at.topics.get(topic.arn).x}`, topic.publisher);
    }
    for (const stop of at.stops) {
      const topic = this.map.topics.find((known) => known.arn === stop.topic);
      const rail = at.topics.get(stop.topic);
      // The dot moves along the topic's line; only the branch to the queue is drawn here.
      const ride = s("path", { d: `M${rail.x} ${rail.y} V${stop.y} H${stop.end}`, fill: "none", "data-color": colorOf(topic.publisher) });
      paths.set(`${stop.topic} ${stop.queue}`, [ride]);
      drawn.push(ride, s("path", { class: "line", "data-color": colorOf(topic.publisher), d: `M${stop.x} ${stop.y} H${stop.end - 7}` }));
      drawn.push(arrow(stop.end, stop.y, colorOf(topic.publisher)), s("circle", { class: "stop", "data-color": colorOf(topic.publisher), cx: stop.x, cy: stop.y, r: 4 }));
    }
    for (const queue of this.map.queues) {
      const [box, service] = [at.queues.get(queue.name), at.services.get(queue.service)];
      if (!box || !service) continue;
      const y = box.y + box.height / 2;
      if (queue.holds_dead_letters) {
        const down = queue.source ? at.queues.get(queue.source) : null;
        if (down) line(queue.name, `M${box.x + 16} ${down.y + down.height} V${box.y}`, null);
      } else {
        line(queue.name, `M${box.x + box.width} ${y} H${service.x - 7}`, queue.service);
        drawn.push(arrow(service.x, y, colorOf(queue.service)));
      }
    }
    return drawn;
  }

  callers(at, paths) {
    return this.map.services.filter((service) => service.api).flatMap((service, number) => {
      const box = at.services.get(service.name);
      const x = box.x + box.width / 2;
      const top = box.y - 48;
      // Customers call the first service with an API. The first part of its path names another service's caller.
      const name = number ? capitalize(service.routes[0].split("/")[1]) : "Customers";
      const path = s("path", { class: "line", d: `M${x} ${top + 26} V${box.y - 7}` });
      paths.set(`request ${service.name}`, [path]);
      return [
        path,
        s("g", { class: "customers" }, s("rect", { x: x - 52, y: top, width: 104, height: 26, rx: 13 }), s("text", { x, y: top + 17, "text-anchor": "middle" }, name)),
        s("path", { class: "arrow", d: `M${x} ${box.y} l-5 -9 h10 z` }),
      ];
    });
  }

  node(kind, name, label, service, choice) {
    const group = s("g", { class: `node ${kind}`, "data-name": name, "data-color": colorOf(service) });
    makeButton(group, label, () => this.choose(choice));
    this.nodes.set(name, { group });
    return group;
  }

  topic(topic, at) {
    const { x, y } = at.topics.get(topic.arn);
    const group = this.node("topic", topic.arn, `Topic ${topic.label}`, topic.publisher, { kind: "topic", name: topic.arn });
    group.append(
      s("rect", { class: "hit", x: at.queueX - 4, y: y - 19, width: at.narrow ? 118 : 150, height: 22, fill: "transparent" }),
      s("circle", { class: "station", cx: x, cy: y, r: at.narrow ? 7 : 9 }),
      s("text", { x: at.queueX, y: y - 5 }, topic.label),
    );
    return group;
  }

  queue(queue, at) {
    const box = at.queues.get(queue.name);
    const group = this.node("queue", queue.name, queue.label, queue.service, { kind: "queue", name: queue.name });
    const fill = s("rect", { class: "fill", x: box.x, y: box.y, width: 0, height: box.height, rx: 8 });
    const small = box.height < 50;
    const count = s("text", { class: "count", x: box.x + box.width - 12, y: box.y + (small ? box.height / 2 + 8 : at.narrow ? 46 : 38), "text-anchor": "end" }, "0");
    const rest = s("text", { class: "small", x: box.x + 12, y: box.y + 44 }, "");
    const dx = at.narrow ? 8 : 12;
    group.append(s("rect", { class: "box", ...box, rx: 8 }), fill, s("text", { class: "name", x: box.x + dx, y: box.y + (small ? box.height / 2 + 5 : 22) }, at.narrow ? queue.label.replace(/Queue$/, "") : queue.label), count);
    if (!small) group.append(rest);
    rest.setAttribute("x", box.x + dx);
    Object.assign(this.nodes.get(queue.name), { fill, count, rest, box, label: queue.label, narrow: at.narrow });
    return group;
  }

  deadLetters(queue, at) {
    const box = at.queues.get(queue.name);
    const group = this.node("dead", queue.name, queue.label, null, { kind: "dead", name: queue.name });
    const spaced = queue.source ? (at.narrow ? "dead" : "dead letters") : at.narrow ? "relay" : "relay’s";
    const count = s("text", { x: box.x + box.width - 8, y: box.y + box.height / 2 + 4.5, "text-anchor": "end" }, "0");
    group.append(s("rect", { class: "box", ...box, rx: 6 }), s("text", { class: "small", x: box.x + 8, y: box.y + box.height / 2 + 4.5 }, words), count);
    Object.assign(this.nodes.get(queue.name), { count, label: queue.label, dead: true });
    return group;
  }

  service(service, at) {
    const box = at.services.get(service.name);
    const group = this.node("service", service.name, capitalize(service.name), service.name, { kind: "service", name: service.name });
    const state = s("text", { class: "state", x: box.x + 16, y: box.y + 46 }, "");
    const outbox = s("text", { class: "small", x: box.x + 16, y: box.y + 62 }, "");
    const lights = service.functions.map((name, number) => {
      const y = box.y + 80 + number * 16;
      const light = s("circle", { class: "light", cx: box.x + 20, cy: y, r: 4 });
      group.lights = { ...group.lights, [name]: light };
      return [light, s("text", { class: "small", x: box.x + 30, y: y + 4 }, part(name, service.name))];
    });
    group.append(
      s("rect", { class: "box", x: box.x, y: box.y, width: box.width, height: box.height, rx: 10 }),
      s("rect", { class: "band", x: box.x, y: box.y + 8, width: 5, height: box.height - 16, rx: 2.5 }),
      s("text", { class: "name", x: box.x + 16, y: box.y + 26 }, capitalize(service.name)), state, outbox, ...lights.flat(),
    );
    Object.assign(this.nodes.get(service.name), { state, outbox, lights: group.lights, label: capitalize(service.name) });
    return group;
  }

  showService(name, service) {
    const node = this.nodes.get(name);
    if (!node) return;
    const [state, text] = serviceState(service);
    node.group.dataset.state = state;
    setText(node.state, text);
    setText(node.outbox, service.unpublished ? `${service.unpublished} to publish` : "");
    for (const [id, availability] of Object.entries(service.functions)) if (node.lights[id]) node.lights[id].dataset.availability = availability;
    node.group.setAttribute("aria-label", `Service ${node.label}, ${text}`);
  }

  showQueue(name, queue) {
    const node = this.nodes.get(name);
    if (!node) return;
    if (node.dead) {
      const all = queue.waiting + queue.in_flight + queue.delayed;
      setText(node.count, all);
      node.group.dataset.full = all > 0;
      node.group.setAttribute("aria-label", `${node.label}: ${all} messages`);
      return;
    }
    setText(node.count, queue.waiting);
    const rest = [queue.in_flight && `${queue.in_flight} in flight`, queue.delayed && `${queue.delayed} delayed`].filter(Boolean);
    setText(node.rest, rest.join(" · ") || "waiting");
    node.fill.setAttribute("width", node.box.width * Math.min(1, queue.waiting / FULL));
    node.group.dataset.disturbed = queue.duplicate || queue.reorder || queue.break_next || queue.slowed;
    node.group.setAttribute("aria-label", `Queue ${node.label}: ${queue.waiting} waiting, ${queue.in_flight} in flight`);
  }
}

/** A service's state: a keyword for the style sheet, and a text for the user. */
export function serviceState(service) {
  if (!service.running) return ["stopped", "stopped"];
  if (Object.values(service.functions).every((availability) => availability === "not-running")) return ["not-running", "no process runs its functions"];
  if (Object.values(service.functions).includes("not-running")) return ["slow", "partly running"];
  if (service.slow_seconds) return ["slow", `slow: +${service.slow_seconds} s`];
  return ["running", "running"];
}

/** A function's name without its service's name, such as Consumer for PaymentConsumer. */
const part = (name, service) => (name.startsWith(capitalize(service)) && name.slice(service.length)) || name;

const arrow = (x, y, of) => s("path", { class: "arrow", "data-color": of, d: `M${x} ${y} l-9 -5 v10 z` });
