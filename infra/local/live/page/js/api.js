// Requests to this run: the page's own API, and the order API that every customer uses.
const OWN = "/_choreo/api/";

/** The JSON answered. Throws an Error that says why not. */
async function ask(method, path, body, headers = {}) {
  const given = body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers } };
  let answer;
  try {
    answer = await fetch(path, { method, headers, ...given });
  } catch {
    throw new Error("the run does not answer: is it still there?");
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

/** The id of the order placed: once, though the request is repeated under its key. */
export async function place(body) {
  const headers = { "idempotency-key": crypto.randomUUID(), ...(await operator()) };
  const placed = await ask("POST", "/orders", body, headers);
  return placed.order_id;
}

export const cancel = async (id) =>
  ask("POST", `/orders/${encodeURIComponent(id)}/cancellation`, undefined, await operator());

/** The header that says who asks, where this run gives tokens. */
async function operator() {
  const { token } = await ask("GET", at("token"));
  return token ? { authorization: `Bearer ${token}` } : {};
}
