// The positions of all elements of the map. Each topic is a vertical line on the left. Each service is a row: its
// queue with the dead-letter queue, then the service. The line along the top of a row is what the service publishes.
const NARROW = 620;

const ONE = { queue: 60, dead: 28, gap: 8 };
const SEVERAL = { queue: 40, dead: 26, gap: 5 };
const OUT = 38; // the height of the line to the topic, above the queues
const CALLERS = 44; // the height of the box with the callers of an HTTP API
const SERVICE = { wide: 84, narrow: 128 }; // the height of a service's texts
const FUNCTION = 16; // the height of the line of a function

/** The positions for a map with a width of `width` pixels. */
export function layout(map, width) {
  const narrow = width < NARROW;
  const size = narrow ? { rail: 17, edge: 9, queue: 116, gap: 20 } : { rail: 34, edge: 20, queue: 236, gap: 64 };
  const railsEnd = size.edge + map.topics.length * size.rail;
  const queueX = railsEnd + (narrow ? 6 : 26);
  const serviceX = queueX + size.queue + size.gap;
  const services = new Map();
  const queues = new Map();
  let y = 0;
  for (const service of map.services) {
    y += service.api ? CALLERS : 0;
    const own = map.queues.filter((queue) => queue.service === service.name);
    const living = own.filter((queue) => !queue.holds_dead_letters);
    const row = living.length > 1 ? SEVERAL : ONE;
    const queuesHigh = Math.max(living.length, 1) * (row.queue + row.dead + 2 * row.gap) - row.gap;
    const textsHigh = narrow ? SERVICE.narrow : SERVICE.wide + service.functions.length * FUNCTION;
    const height = Math.max(OUT - 8 + queuesHigh, textsHigh);
    services.set(service.name, { x: serviceX, y: y + 8, width: width - serviceX - 4, height, out: y + 22 });
    placeQueues(own, living, y + OUT, queueX, size.queue, row, queues);
    y += height + 16;
  }
  const topics = new Map(map.topics.map((topic, number) => [
    topic.arn, { x: size.edge + number * size.rail, y: services.get(topic.publisher)?.out ?? CALLERS },
  ]));
  return { narrow, width, height: y, queueX, serviceX, services, queues, topics, stops: stops(map, queues, topics) };
}

/** Places each queue with its dead-letter queue below it. The relay's dead-letter queue is in the last row. */
function placeQueues(own, living, top, x, width, row, queues) {
  living.forEach((queue, number) => {
    const y = top + number * (row.queue + row.dead + 2 * row.gap);
    queues.set(queue.name, { x, y, width, height: row.queue });
    const last = number === living.length - 1;
    const dead = own.filter((other) => other.holds_dead_letters && (other.source === queue.name || (last && !other.source)));
    const each = (width - 6 * (dead.length - 1)) / Math.max(dead.length, 1);
    dead.forEach((other, place) => queues.set(other.name, {
      x: x + place * (each + 6), y: y + row.queue + row.gap, width: each, height: row.dead,
    }));
  });
}

/** The points where each subscription leaves its topic's line and enters its queue. */
function stops(map, queues, topics) {
  const found = [];
  for (const [name, queue] of queues) {
    const subscriptions = map.subscriptions.filter((subscription) => subscription.queue === name && topics.has(subscription.topic));
    subscriptions.forEach((subscription, number) => {
      const y = queue.y + (queue.height * (number + 1)) / (subscriptions.length + 1);
      found.push({ ...subscription, x: topics.get(subscription.topic).x, y, end: queue.x });
    });
  }
  return found;
}
