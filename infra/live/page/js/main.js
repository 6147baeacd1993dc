// Connects the parts of the page: passes the run's data to each part, and a selection to the other parts.
import { Inspector } from "./inspector.js";
import { listen } from "./events.js";
import { MapView } from "./map-view.js";
import { OrderCard } from "./order-card.js";
import { Orders } from "./order-list.js";
import { addPlaceButtons } from "./place-order.js";
import { theme } from "./theme.js";

const $ = (id) => document.getElementById(id);
const NARROW = matchMedia("(max-width: 900px)");

const card = new OrderCard($("order"));
const orders = new Orders($("orders"), openOrder);
const inspector = new Inspector($("inspector-title"), $("inspector-body"), openOrder);
const map = new MapView($("map"), choose);
let now = { map: null, state: null };
let chosen = null;
let orderId = null;

function choose(choice, byPerson = true) {
  chosen = choice;
  map.setChosen(choice.name);
  inspector.choose(choice, now.map, now.state);
  if (byPerson && NARROW.matches) $("inspector").scrollIntoView({ block: "nearest", behavior: "smooth" });
}

function openOrder(id, byPerson = true) {
  orderId = id;
  card.choose(id);
  if (now.state) show();
  if (byPerson && NARROW.matches) $("order-card").scrollIntoView({ block: "nearest", behavior: "smooth" });
}

function show() {
  orders.update(now.state.orders, orderId);
  card.update(now.state, now.map);
}

const exists = ({ kind, name }) =>
  kind === "service" ? now.map.services.some((service) => service.name === name)
  : kind === "topic" ? now.map.topics.some((topic) => topic.arn === name)
  : now.map.queues.some((queue) => queue.name === name);

listen({
  connection: (state) => {
    $("connection").dataset.state = state;
    $("connection").textContent = { live: "live", lost: "connection lost: waiting for the local run" }[state];
  },
  map: (drawn) => {
    now.map = drawn;
    map.setMap(drawn);
    if (!chosen || !exists(chosen)) chosen = { kind: "service", name: drawn.services[0]?.name };
    if (chosen.name) choose(chosen, false);
  },
  state: (state) => {
    now.state = state;
    map.setState(state);
    inspector.update(state);
    if (!orderId && state.orders.length) openOrder(state.orders[0].order_id, false);
    else show();
  },
});
theme($("theme"));
addPlaceButtons($("place"), openOrder);
