// The panel of a table: its items, page by page, or the items with one key.
import { fetchTable } from "./api.js";
import { h, setText } from "./dom.js";
import { count } from "./format.js";
import { json } from "./json-view.js";
import { address } from "./router.js";
import { reportErrors } from "./toast.js";

export class TablePanel {
  constructor(name, map, key) {
    const { label } = map.tables.find((known) => known.name === name);
    Object.assign(this, { name, key, title: label });
    this.count = h("span", { class: "muted number", role: "status" });
    this.input = h("input", { type: "search", id: "key", "aria-label": "Key", placeholder: "Key", autocomplete: "off", spellcheck: "false", value: key ?? "" });
    const find = h("form", { class: "row", onsubmit: (event) => this.find(event, label) },
      this.input, h("button", {}, "Find"), h("button", { type: "button", onclick: () => this.load() }, "Refresh"), this.count);
    this.list = h("ul", { class: "letters", id: "items" });
    this.more = h("button", { type: "button", hidden: "", onclick: () => this.load(this.next) }, "Show more");
    this.element = h("div", { class: "stack" }, find, this.list, this.more);
    this.load();
  }

  find(event, label) {
    event.preventDefault();
    const key = this.input.value.trim();
    location.hash = key ? address("table", label, key) : address("table", label);
  }

  load(after) {
    return reportErrors(async () => {
      const page = await fetchTable(this.name, { key: this.key, after });
      if (!after) this.list.replaceChildren();
      this.list.append(...page.items.map((item) => tableItem(item, page.keys, Boolean(this.key))));
      if (!this.list.children.length) this.list.append(h("li", {}, this.key ? `No item has the key ${this.key}.` : "This table is empty."));
      setText(this.count, this.key ? "" : count(page.count, "item"));
      this.input.placeholder = page.keys[0];
      this.next = page.next;
      this.more.hidden = !page.next;
    });
  }

  update() {} // reads the table at a click only: a table may be large
}

function tableItem(item, keys, open) {
  const names = keys.map((key) => item[key]).join(" · ");
  return h("li", {}, h("details", { open: open && "" }, h("summary", {}, h("code", {}, names)), json(item)));
}
