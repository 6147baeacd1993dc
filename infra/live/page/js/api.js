// Requests to the local run: to the page's API, and to the order API that customers use.
const OWN = "/_choreo/api/";

/** Sends a request and returns the JSON of the answer. Throws an Error with the reason of a failure. */
async function ask(method, path, body, headers = {}) {
  const given = body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers } };
  let answer;
  try {
    answer = await fetch(path, { method, headers, ...given });
  } catch {
    throw new Error("the local run does not answer: check its terminal");
  }
  const text = await answer.text();
  if (answer.ok) return text ? JSON.parse(text) : null;
  throw new Error(problem(text) ?? `${answer.status} ${answer.statusText}`);
}

function problem(text) {
  try {
    const document = JSON.parse(text);
    return document.detail ?? document.message;
  } catch {
    return null;
  }
}

const at = (...parts) => OWN + parts.map(encodeURIComponent).join("/");

export const kinds = () => ask("GET", at("kinds"));
export const order = (id) => ask("GET", at("orders", id));
export const changeService = (name, change) => ask("PATCH", at("services", name), change);
export const changeQueue = (name, change) => ask("PATCH", at("queues", name), change);
export const messages = (queue) => ask("GET", at("queues", queue, "messages"));
export const poison = (queue) => ask("POST", at("queues", queue, "messages"), {});
export const redrive = (queue, what = {}) => ask("POST", at("queues", queue, "redrive"), what);
export const discard = (queue, id) => ask("DELETE", at("queues", queue, "messages", id));

/** Places an order and returns its id. The idempotency key prevents a second order if the request is repeated. */
export async function place(body) {
  const headers = { "idempotency-key": crypto.randomUUID(), ...(await operator()) };
  const placed = await ask("POST", "/orders", body, headers);
  return placed.order_id;
}

export const cancel = async (id) =>
  ask("POST", `/orders/${encodeURIComponent(id)}/cancellation`, undefined, await operator());

/** The authorization header of an operator; empty if the run requires no tokens. */
async function operator() {
  const { token } = await ask("GET", at("token"));
  return token ? { authorization: `Bearer ${token}` } : {};
}
