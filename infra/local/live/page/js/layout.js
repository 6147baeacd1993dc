// Where everything on the map goes. Each topic is a rail down the left; each service is a lane with what it
// hears (its queue and dead letters) and what it is. What it says goes out along the top of its lane.
const NARROW = 620;

/** Positions for a map drawn `width` pixels wide. */
export function layout(map, width) {
  const narrow = width < NARROW;
  const size = narrow
    ? { rail: 19, edge: 10, queue: 122, gap: 22, lane: 150, top: 44 }
    : { rail: 34, edge: 20, queue: 236, gap: 64, lane: 150, top: 50 };
  const railsEnd = size.edge + map.topics.length * size.rail;
  const queueX = railsEnd + (narrow ? 8 : 26);
  const serviceX = queueX + size.queue + size.gap;
  const services = new Map();
  map.services.forEach((service, number) => {
    const y = size.top + number * size.lane;
    services.set(service.name, { x: serviceX, y: y + 8, width: width - serviceX - 4, height: size.lane - 22, out: y + 22, lane: y });
  });
  const queues = new Map();
  for (const service of map.services) {
    const own = map.queues.filter((queue) => queue.service === service.name);
    placeQueues(own, services.get(service.name), queueX, size.queue, queues);
  }
  const topics = new Map(
    map.topics.map((topic, number) => [topic.arn, { x: size.edge + number * size.rail, y: services.get(topic.publisher)?.out ?? size.top }]),
  );
  return { narrow, width, height: size.top + map.services.length * size.lane, queueX, services, queues, topics, stops: stops(map, queues, topics) };
}

function placeQueues(own, service, x, width, queues) {
  const living = own.filter((queue) => !queue.holds_dead_letters);
  const dead = own.filter((queue) => queue.holds_dead_letters);
  const height = living.length > 1 ? 64 / living.length - 4 : 60;
  living.forEach((queue, number) => queues.set(queue.name, { x, y: service.lane + 38 + number * (height + 4), width, height }));
  const each = (width - 6 * (dead.length - 1)) / Math.max(dead.length, 1);
  dead.forEach((queue, number) => queues.set(queue.name, { x: x + number * (each + 6), y: service.lane + 106, width: each, height: 28 }));
}

/** Where each subscription leaves its rail, and enters its queue. */
function stops(map, queues, topics) {
  const found = [];
  for (const [name, queue] of queues) {
    const heard = map.subscriptions.filter((subscription) => subscription.queue === name && topics.has(subscription.topic));
    heard.forEach((subscription, number) => {
      const y = queue.y + (queue.height * (number + 1)) / (heard.length + 1);
      found.push({ ...subscription, x: topics.get(subscription.topic).x, y, end: queue.x });
    });
  }
  return found;
}
