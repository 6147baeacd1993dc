// Requests to the local run: to the page's API, and to the APIs that customers and the carrier use.
const OWN = "/_choreo/api/";

/** Sends a request and returns the JSON of the answer. Throws an Error with the reason of a failure. */
async function send(method, path, body, headers = {}) {
  let answer;
  try {
    answer = await fetch(path, { method, headers, body });
  } catch {
    throw new Error("The local run does not answer: check its terminal.");
  }
  const text = await answer.text();
  if (answer.ok) return text ? JSON.parse(text) : null;
  throw new Error(problem(text) ?? `${answer.status} ${answer.statusText}`);
}

const sendJson = (method, path, value, headers = {}) =>
  send(method, path, JSON.stringify(value), { "content-type": "application/json", ...headers });

function problem(text) {
  try {
    const document = JSON.parse(text);
    return document.detail ?? document.message;
  } catch {
    return null;
  }
}

const at = (...parts) => OWN + parts.map(encodeURIComponent).join("/");
const query = (values) => `?${new URLSearchParams(Object.entries(values).filter(([, value]) => value))}`;

export const kinds = () => send("GET", at("kinds"));
export const fetchOrder = (id) => send("GET", at("orders", id));
export const searchOrders = (search) => send("GET", at("orders") + query(search));
export const changeService = (name, change) => sendJson("PATCH", at("services", name), change);
export const changeQueue = (name, change) => sendJson("PATCH", at("queues", name), change);
export const fetchMessages = (queue, offset) => send("GET", at("queues", queue, "messages") + query({ offset }));
export const sendPoison = (queue) => sendJson("POST", at("queues", queue, "messages"), {});
export const redrive = (queue, what = {}) => sendJson("POST", at("queues", queue, "redrive"), what);
export const discard = (queue, id) => send("DELETE", at("queues", queue, "messages", id));
export const restore = (queue, id) => send("POST", at("queues", queue, "messages", id, "restore"));
export const check = (body) => sendJson("POST", at("check"), { body });
export const fetchLessons = () => send("GET", at("lessons"));
export const fetchLesson = (name) => send("GET", at("lessons", name));
export const fetchLessonPrices = () => send("GET", at("lessons", "prices"));
export const fetchComparison = () => send("GET", at("lessons", "comparison"));
export const playLesson = (name, without) => sendJson("POST", at("lessons", name, "play"), { without });
export const fetchTable = (name, page) => send("GET", at("tables", name) + query(page));

/** Places an order and returns its id. The idempotency key prevents a second order if the request is repeated. */
export async function place(body) {
  const headers = { "idempotency-key": crypto.randomUUID(), ...(await operator()) };
  const placed = await sendJson("POST", "/orders", body, headers);
  return placed.order_id;
}

export const cancel = async (id) =>
  send("POST", `/orders/${encodeURIComponent(id)}/cancellation`, undefined, await operator());

/** Sends the carrier's webhook about the delivered parcel of an order. */
export async function deliver(id) {
  const { body, headers } = await send("GET", at("orders", id, "delivery"));
  return send("POST", "/carrier/webhooks", body, headers);
}

/** The authorization header of an operator; empty if the run requires no tokens. */
async function operator() {
  const { token } = await send("GET", at("token"));
  return token ? { authorization: `Bearer ${token}` } : {};
}
