// Where everything on the map goes. Each topic is a rail down the left; each service is a lane with what it
// hears (its queue and dead letters) and what it is. What it says goes out along the top of its lane.
const NARROW = 620;

/** Positions for a map drawn `width` pixels wide. */
export function layout(map, width) {
  const narrow = width < NARROW;
  const size = narrow
    ? { rail: 19, edge: 10, queue: 122, gap: 22, top: 44 }
    : { rail: 34, edge: 20, queue: 236, gap: 64, top: 50 };
  const railsEnd = size.edge + map.topics.length * size.rail;
  const queueX = railsEnd + (narrow ? 8 : 26);
  const serviceX = queueX + size.queue + size.gap;
  const services = new Map();
  const queues = new Map();
  let y = size.top;
  for (const service of map.services) {
    const own = map.queues.filter((queue) => queue.service === service.name);
    const lane = placeQueues(own, y, queueX, size.queue, queues);
    services.set(service.name, { x: serviceX, y: y + 8, width: width - serviceX - 4, height: lane - 22, out: y + 22 });
    y += lane;
  }
  const topics = new Map(
    map.topics.map((topic, number) => [topic.arn, { x: size.edge + number * size.rail, y: services.get(topic.publisher)?.out ?? size.top }]),
  );
  return { narrow, width, height: y, queueX, services, queues, topics, stops: stops(map, queues, topics) };
}

/** Queues below each other, dead-letter queues below them, two a row. Returns how high the lane is. */
function placeQueues(own, lane, x, width, queues) {
  const living = own.filter((queue) => !queue.holds_dead_letters);
  const dead = own.filter((queue) => queue.holds_dead_letters);
  living.forEach((queue, number) => queues.set(queue.name, { x, y: lane + 38 + number * 66, width, height: 60 }));
  const below = lane + 40 + Math.max(living.length, 1) * 66;
  const each = (width - 6) / 2;
  dead.forEach((queue, number) => {
    const place = { x: x + (number % 2) * (each + 6), y: below + Math.floor(number / 2) * 34 };
    queues.set(queue.name, { ...place, width: dead.length > 1 ? each : width, height: 28 });
  });
  return 44 + Math.max(living.length, 1) * 66 + Math.max(Math.ceil(dead.length / 2), 1) * 34 + 6;
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
