// Helpers that create HTML and SVG elements. Text is never interpreted as markup.
const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (["value", "checked", "disabled"].includes(name)) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** Creates an HTML element. */
export const h = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

/** Creates an SVG element. */
export const s = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

/** Changes an element's text only if it differs, so that screen readers announce only changes. */
export function setText(element, text) {
  if (element.textContent !== String(text)) element.textContent = text;
}

const SIZES = [1, 0.92, 0.84]; // of the usual font size

/** Sets an SVG text so that it fits a width in pixels: smaller, or else shortened. The element must be in the page. */
export function fitText(element, text, width) {
  element.textContent = text;
  for (const size of SIZES) {
    element.style.fontSize = "";
    element.style.fontSize = `${parseFloat(getComputedStyle(element).fontSize) * size}px`;
    if (element.getComputedTextLength() <= width) return;
  }
  for (let end = text.length; end > 1 && element.getComputedTextLength() > width; ) {
    end -= 1;
    element.textContent = `${text.slice(0, end).trimEnd()}…`;
  }
}

/** Makes an SVG group work like a button. */
export function makeButton(group, label, act) {
  group.setAttribute("tabindex", "0");
  group.setAttribute("role", "button");
  group.setAttribute("aria-label", label);
  group.addEventListener("click", act);
  group.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    act(event);
  });
  return group;
}
