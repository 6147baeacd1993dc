// Places orders: one of each kind, or twenty of mixed kinds.
import { cancel, kinds, place } from "./api.js";
import { h } from "./dom.js";
import { reportErrors, toast } from "./toast.js";

const LABELS = {
  shipped: "Ships", declined: "Payment declined", unserviceable: "No carrier", cancelled: "Customer cancels",
};
const MANY = 20;

export async function addPlaceButtons(bar, placed) {
  const known = await reportErrors(kinds);
  if (!known) return;
  const one = async (kind, afterwards = placed) => {
    const id = await place(known[kind].body);
    afterwards(id);
    // Shipping decides whether the cancellation is in time. If it is too late, the page shows the answer.
    if (known[kind].cancelled) await cancel(id).catch((error) => toast(error.message));
  };
  const button = (kind, label, act) =>
    h("button", { type: "button", "data-kind": kind, onclick: (event) => busy(event.currentTarget, act) }, label);
  bar.replaceChildren(
    h("span", {}, "Place an order:"),
    ...Object.keys(known).map((kind) => button(kind, LABELS[kind] ?? kind, () => one(kind))),
    button("mixed", `${MANY} mixed`, () => many(Object.keys(known), one)),
  );
}

async function many(names, one) {
  for (let number = 0; number < MANY; number += 1) {
    // Two of three orders are shipped.
    await one(number % 3 ? names[0] : names[(number / 3) % names.length], () => {});
  }
  toast(`${MANY} orders placed`);
}

async function busy(button, act) {
  button.setAttribute("aria-busy", "true");
  await reportErrors(act);
  button.removeAttribute("aria-busy");
}
