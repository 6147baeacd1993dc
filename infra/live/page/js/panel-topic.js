// The panel of a topic: its publisher, and its subscribers with their event types.
import { h, setText } from "./dom.js";
import { list } from "./panel-service.js";
import { capitalize } from "./format.js";

export class TopicPanel {
  constructor(arn, map) {
    const topic = map.topics.find((known) => known.arn === arn);
    this.arn = arn;
    this.title = topic.label;
    this.count = h("span", { class: "number" });
    const subscribers = map.subscriptions.filter((subscription) => subscription.topic === arn);
    this.element = h("div", { class: "stack" },
      h("p", { class: "muted" }, topic.publisher ? `${capitalize(topic.publisher)} publishes to this topic: ` : "", this.count),
      ...subscribers.flatMap((subscription) => list(`To ${map.queues.find((queue) => queue.name === subscription.queue)?.label ?? subscription.queue}`, [subscription], map)));
  }

  update(state) {
    setText(this.count, `${state.flow[this.arn] ?? 0} events since the live page was first opened`);
  }
}
