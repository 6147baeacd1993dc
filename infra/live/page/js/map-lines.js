// The lines of the map: topics, subscriptions, and the ways from queues to services.
import { s } from "./dom.js";
import { capitalize, colorOf } from "./format.js";

/** The elements of all lines. Adds the paths of each edge of the flow to `paths`. */
export function mapLines(map, at, paths) {
  return [...topicLines(map, at), ...publishLines(map, at, paths), ...subscriptionLines(map, at, paths), ...queueLines(map, at, paths), ...callers(map, at, paths)];
}

function topicLines(map, at) {
  return map.topics.map((topic) => {
    const { x, y } = at.topics.get(topic.arn);
    const ys = at.stops.filter((stop) => stop.topic === topic.arn).map((stop) => stop.y).concat(y);
    return s("line", { class: "rail", "data-color": colorOf(topic.publisher), x1: x, x2: x, y1: Math.min(...ys), y2: Math.max(...ys) });
  });
}

function publishLines(map, at, paths) {
  return map.topics.filter((topic) => at.services.has(topic.publisher)).map((topic) => {
    const from = at.services.get(topic.publisher);
    return way(paths, topic.arn, `M${from.x} ${from.out} H${at.topics.get(topic.arn).x}`, topic.publisher);
  });
}

function subscriptionLines(map, at, paths) {
  return at.stops.flatMap((stop) => {
    const { publisher } = map.topics.find((known) => known.arn === stop.topic);
    const rail = at.topics.get(stop.topic);
    const color = colorOf(publisher);
    // The dot moves along the topic's line; only the branch to the queue is drawn here.
    const ride = s("path", { d: `M${rail.x} ${rail.y} V${stop.y} H${stop.end}`, fill: "none", "data-color": color });
    paths.set(`${stop.topic} ${stop.queue}`, [ride]);
    return [
      ride, s("path", { class: "line", "data-color": color, d: `M${stop.x} ${stop.y} H${stop.end - 7}` }),
      arrow(stop.end, stop.y, color), s("circle", { class: "stop", "data-color": color, cx: stop.x, cy: stop.y, r: 4 }),
    ];
  });
}

function queueLines(map, at, paths) {
  return map.queues.filter((queue) => at.queues.has(queue.name) && at.services.has(queue.service)).flatMap((queue) => {
    const [box, service] = [at.queues.get(queue.name), at.services.get(queue.service)];
    const y = box.y + box.height / 2;
    if (!queue.holds_dead_letters) {
      return [way(paths, queue.name, `M${box.x + box.width} ${y} H${service.x - 7}`, queue.service), arrow(service.x, y, colorOf(queue.service))];
    }
    const source = queue.source ? at.queues.get(queue.source) : null;
    return source ? [way(paths, queue.name, `M${box.x + 16} ${source.y + source.height} V${box.y}`, null)] : [];
  });
}

/** The callers of HTTP APIs: customers call the first one. The first part of its path names the caller of another. */
function callers(map, at, paths) {
  return map.services.filter((service) => service.api).flatMap((service, number) => {
    const box = at.services.get(service.name);
    const x = box.x + box.width / 2;
    const top = box.y - 48;
    const wide = Math.min(104, box.width);
    const name = number ? capitalize(service.routes[0].split("/")[1]) : "Customers";
    return [
      way(paths, `request ${service.name}`, `M${x} ${top + 26} V${box.y - 7}`, null),
      s("g", { class: "customers" },
        s("rect", { x: x - wide / 2, y: top, width: wide, height: 26, rx: 13 }),
        s("text", { x, y: top + 17, "text-anchor": "middle", "data-fit": wide - 10 }, name)),
      s("path", { class: "arrow", d: `M${x} ${box.y} l-5 -9 h10 z` }),
    ];
  });
}

function way(paths, key, d, service) {
  const path = s("path", { class: "line", "data-color": colorOf(service), d });
  paths.set(key, [...(paths.get(key) ?? []), path]);
  return path;
}

const arrow = (x, y, color) => s("path", { class: "arrow", "data-color": color, d: `M${x} ${y} l-9 -5 v10 z` });
