// The panel of a topic: its publisher, and its subscribers with their event types.
import { h, setText } from "./dom.js";
import { capitalize, count } from "./format.js";
import { subscriptions } from "./subscriptions.js";

export class TopicPanel {
  constructor(arn, map) {
    const topic = map.topics.find((known) => known.arn === arn);
    this.arn = arn;
    this.title = topic.label;
    this.count = h("span", { class: "number" });
    const label = (name) => map.queues.find((queue) => queue.name === name)?.label ?? name;
    this.element = h("div", { class: "stack" },
      h("p", { class: "muted" }, topic.publisher ? `${capitalize(topic.publisher)} publishes to this topic: ` : "", this.count),
      ...map.subscriptions.filter((found) => found.topic === arn).flatMap((found) => subscriptions(`To ${label(found.queue)}`, [found], map)));
  }

  update(state) {
    setText(this.count, `${count(state.flow[this.arn] ?? 0, "event")} since the live page was first opened`);
  }
}
