// The editor of a message body: formatted JSON, which is checked against the schema of its event before it is sent.
import { check } from "./api.js";
import { h, setText } from "./dom.js";
import { latest } from "./latest.js";
import { reportErrors } from "./toast.js";

/** Calls `send` with the edited body. `original` is the body before a fault was injected, or null. */
export class MessageEditor {
  constructor(body, original, send) {
    Object.assign(this, { send, body: formatted(original ?? body) });
    this.text = h("textarea", {
      "aria-label": "The message's body", spellcheck: "false", rows: Math.min(24, this.body.split("\n").length + 1),
      value: this.body, oninput: () => this.showCheck(),
    });
    this.result = h("div", { class: "check", role: "status" });
    this.anyway = h("button", { type: "button", class: "danger", hidden: "", onclick: () => this.submit(false) }, "Redrive anyway");
    this.element = h("div", { class: "stack", hidden: "" },
      this.text, this.result,
      h("div", { class: "row" },
        h("button", { type: "button", class: "main", onclick: () => this.submit(true) }, "Redrive edited message"), this.anyway,
        h("button", { type: "button", onclick: () => this.format() }, "Format"),
        original ? h("span", { class: "muted" }, "This is the original body, before the fault was injected.") : null));
    this.showCheck = latest(() => this.check());
  }

  /** Shows or hides the editor. Returns whether it is shown. */
  toggle() {
    this.element.hidden = !this.element.hidden;
    if (this.element.hidden) return false;
    this.text.focus();
    this.showCheck();
    return true;
  }

  format() {
    this.text.value = formatted(this.text.value);
    this.showCheck();
  }

  submit(checked) {
    return reportErrors(async () => {
      if (checked && (await this.check())) return;
      await this.send(this.text.value);
    });
  }

  /** Shows the problems of the body. Returns their number. */
  async check() {
    const { schema, problems } = await check(this.text.value || " ");
    const fits = schema ? `Matches the schema ${schema}.` : "";
    this.result.dataset.ok = !problems.length;
    setText(this.result, problems.map(({ place, reason }) => `${place}: ${reason}`).join("\n") || fits);
    this.text.setAttribute("aria-invalid", problems.length > 0);
    this.anyway.hidden = !problems.length;
    return problems.length;
  }
}

/** The JSON with indentation; any other text as it is. */
function formatted(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
