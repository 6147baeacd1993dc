// Shows JSON with indentation and colours.
import { h } from "./dom.js";

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

export function json(value) {
  const text = JSON.stringify(value, null, 2);
  const block = h("pre", { tabindex: "0", role: "group", "aria-label": "Payload" });
  let end = 0;
  for (const token of text.matchAll(TOKEN)) {
    block.append(text.slice(end, token.index), h("span", { class: token[2] ? "key" : token[1] ? "string" : "plain" }, token[0]));
    end = token.index + token[0].length;
  }
  block.append(text.slice(end));
  return block;
}

/** Shows a message body: as JSON if it is valid JSON, otherwise as plain text. */
export function body(text) {
  try {
    return json(JSON.parse(text));
  } catch {
    return h("pre", { tabindex: "0", role: "group", "aria-label": "Body" }, text);
  }
}
