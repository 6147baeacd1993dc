// Draws the map as SVG when the stacks or the width change, and updates its texts and counts in between.
import { fitText, makeButton, s } from "./dom.js";
import { colorOf } from "./format.js";
import { Flow } from "./map-animation.js";
import { layout } from "./map-layout.js";
import { mapLines } from "./map-lines.js";
import { DeadLetterBox, QueueBox } from "./map-queue.js";
import { ServiceBox } from "./map-service.js";

export class MapView {
  constructor(container, select) {
    this.container = container;
    this.select = select;
    this.flow = new Flow();
    new ResizeObserver(() => this.map && this.draw()).observe(container);
  }

  setMap(map) {
    this.map = map;
    this.draw();
  }

  setSelected(name) {
    this.selected = name;
    for (const node of this.container.querySelectorAll(".node")) node.setAttribute("aria-current", node.dataset.name === name);
  }

  setState(state) {
    this.state = state;
    if (!this.nodes) return;
    for (const [name, value] of [...Object.entries(state.services), ...Object.entries(state.queues)]) {
      const node = this.nodes.get(name);
      node?.box?.show(value, node.group);
    }
    this.flow.update(state.flow);
  }

  draw() {
    const width = this.container.clientWidth;
    if (!width || (this.drawn === this.map && this.width === width)) return;
    const focused = document.activeElement?.dataset?.name;
    [this.drawn, this.width] = [this.map, width];
    const at = layout(this.map, width);
    this.nodes = new Map();
    const paths = new Map();
    const svg = s("svg", {
      viewBox: `0 0 ${at.width} ${at.height}`, role: "group", "aria-label": "Services, topics and queues", class: at.narrow ? "narrow" : "",
    });
    svg.append(...mapLines(this.map, at, paths));
    for (const topic of this.map.topics) svg.append(this.topic(topic, at));
    for (const queue of this.map.queues.filter((known) => at.queues.has(known.name))) svg.append(this.queue(queue, at));
    for (const service of this.map.services) svg.append(this.service(service, at));
    this.container.replaceChildren(svg);
    for (const text of svg.querySelectorAll("[data-fit]")) fitText(text, text.textContent, Number(text.dataset.fit));
    this.flow.redraw(svg, paths);
    if (this.state) this.setState(this.state);
    this.setSelected(this.selected);
    if (focused) this.nodes.get(focused)?.group.focus({ preventScroll: true });
  }

  node(kind, name, label, service, box) {
    const group = s("g", { class: `node ${kind}`, "data-name": name, "data-color": colorOf(service) });
    makeButton(group, label, () => this.select(kind, name));
    group.append(...(box?.elements ?? []));
    this.nodes.set(name, { group, box });
    return group;
  }

  topic(topic, at) {
    const { x, y } = at.topics.get(topic.arn);
    const group = this.node("topic", topic.arn, `Topic ${topic.label}`, topic.publisher, null);
    const wide = at.serviceX - at.queueX;
    group.append(
      s("rect", { class: "hit", x: at.queueX - 4, y: y - 19, width: wide, height: 22, fill: "transparent" }),
      s("circle", { class: "ring", cx: x, cy: y, r: at.narrow ? 10.5 : 13 }),
      s("circle", { class: "station", cx: x, cy: y, r: at.narrow ? 6.5 : 9 }),
      s("text", { x: at.queueX, y: y - 5, "data-fit": wide - 8 }, topic.label), s("title", {}, topic.label),
    );
    return group;
  }

  queue(queue, at) {
    const Box = queue.holds_dead_letters ? DeadLetterBox : QueueBox;
    const color = queue.holds_dead_letters ? null : queue.service;
    const kind = queue.holds_dead_letters ? "dead" : "queue";
    return this.node(kind, queue.name, queue.label, color, new Box(queue, at.queues.get(queue.name), at.narrow));
  }

  service(service, at) {
    const box = new ServiceBox(service, at.services.get(service.name), at.narrow);
    return this.node("service", service.name, box.label, service.name, box);
  }
}
