// The event types of subscriptions, in their publishers' colours.
import { h } from "./dom.js";
import { colorOf } from "./format.js";

/** A heading with the event types; nothing if there are no subscriptions. */
export function subscriptions(title, found, map) {
  if (!found.length) return [];
  const items = found.flatMap((subscription) => {
    const publisher = map.topics.find((topic) => topic.arn === subscription.topic)?.publisher;
    const types = subscription.types.length ? subscription.types : ["all events"];
    return types.map((type) => h("li", { "data-color": colorOf(publisher) }, type));
  });
  return [h("div", {}, h("h3", {}, title), h("ul", { class: "types" }, items))];
}
