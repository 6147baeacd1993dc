// The messages of a queue, page by page. An element stays as long as its message, so that its state and focus stay.
import { fetchMessages } from "./api.js";
import { h } from "./dom.js";
import { latest } from "./latest.js";

/** `makeItem` creates the element of a message; `added` is called with each message that arrives later. */
export class MessageList {
  constructor(queue, id, makeItem, added = () => {}) {
    Object.assign(this, { queue, makeItem, added, wanted: 1, items: new Map() });
    this.list = h("ul", { class: "letters", id });
    this.more = h("button", { type: "button", hidden: "", onclick: () => this.showMore() }, "Show more");
    this.element = h("div", { class: "stack" }, this.list, this.more);
    this.refresh = latest((seen) => this.fetch(seen));
  }

  /** Fetches the messages if `seen`, which describes the queue, differs from the last call. */
  update(seen) {
    if (seen !== this.seen) this.refresh(seen);
  }

  showMore() {
    this.wanted = this.items.size + 1;
    this.refresh(this.seen);
  }

  async fetch(seen) {
    const found = await this.pages().catch(() => null);
    if (!found) return;
    const before = this.seen;
    this.seen = seen;
    this.show(found.messages, before !== undefined);
    this.more.hidden = found.messages.length >= found.count;
  }

  async pages() {
    const first = await fetchMessages(this.queue);
    const messages = first.messages;
    while (messages.length < Math.min(this.wanted, first.count)) {
      const page = await fetchMessages(this.queue, messages.length);
      if (!page.messages.length) break;
      messages.push(...page.messages);
    }
    return { messages, count: first.count };
  }

  show(messages, announce) {
    const ids = new Set(messages.map((message) => message.message_id));
    for (const [id, item] of this.items) {
      if (ids.has(id)) continue;
      if (!item.dataset.discarded) item.remove();
      this.items.delete(id);
    }
    for (const message of messages) {
      const known = this.items.get(message.message_id);
      if (known?.shown === signature(message) || known?.contains(document.activeElement)) continue;
      const item = Object.assign(this.makeItem(message), { shown: signature(message) });
      this.items.set(message.message_id, item);
      if (known) known.replaceWith(item);
      else this.list.append(item);
      if (!known && announce) this.added(message);
    }
  }
}

const signature = (message) => JSON.stringify([message.state, message.received, message.body]);
