// Shows an exception of a function: its type, text and place in the user's code, with the traceback to unfold.
import { h } from "./dom.js";
import { capitalize, timeLeft } from "./format.js";

/** The exception in one line, such as "KeyError: 'sku' in payment/decisions.py:34". */
export const failureText = ({ type, text, place }) => `${type}: ${text}${place ? ` in ${place}` : ""}`;

/** The element with all that is known about the exception. */
export function failureView(failure) {
  const attempt = failure.attempt ? `attempt ${failure.attempt}` : null;
  const next = failure.next_at ? timeLeft("next attempt", failure.next_at) : null;
  const about = [capitalize(failure.service), failure.event_type, attempt, next].filter(Boolean).join(" · ");
  return h("div", { class: "failure" },
    h("p", {}, h("strong", {}, failure.type), `: ${failure.text}`),
    h("p", { class: "muted" }, failure.place ? h("code", {}, failure.place) : null, failure.place ? " · " : null, about),
    failure.traceback
      ? h("details", {}, h("summary", {}, "Traceback"), h("pre", { tabindex: "0", role: "group", "aria-label": "Traceback" }, failure.traceback))
      : null);
}
