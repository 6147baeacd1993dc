// Connects the parts of the page: passes the run's data to each part, and a selection to the other parts.
import { Banners } from "./banners.js";
import { listen } from "./events.js";
import { Inspector } from "./inspector.js";
import { Lessons } from "./lessons.js";
import { MapView } from "./map-view.js";
import { Notices } from "./notices.js";
import { OrderCard } from "./order-card.js";
import { OrderFilter } from "./order-filter.js";
import { OrderList } from "./order-list.js";
import { addPlaceButtons } from "./place-order.js";
import { Router } from "./router.js";
import { addressOf, find } from "./selection.js";
import { addThemeSwitch } from "./theme.js";

const $ = (id) => document.getElementById(id);
const PHONE = matchMedia("(max-width: 900px)");
const CONNECTIONS = { live: "live", lost: "connection lost" };

const now = { map: null, state: null };
let selected = null; // the kind and the name of the part in the inspector; null until there is a map
let orderId = null;

const card = new OrderCard($("order"));
const list = new OrderList($("orders"), (id) => router.go("order", id));
const filter = new OrderFilter($("filter"), (orders, whenEmpty) => list.show(orders, whenEmpty));
const inspector = new Inspector($("inspector"), $("inspector-title"), $("inspector-body"));
const map = new MapView($("map"), (kind, name) => follow(addressOf(now.map, kind, name)));
const notices = new Notices($("notices-card"), $("notices"));
const banners = new Banners($("banners"));
const lessons = new Lessons($("lesson-title"), $("lesson-body"));
const part = (kind) => (name, key) => openPart(kind, name, key);
const router = new Router({
  order: (id) => (showView("run"), openOrder(id)), lesson: (name) => openLessons(() => lessons.open(name)),
  service: part("service"), queue: part("queue"), topic: part("topic"), table: part("table"),
}, {
  "": () => showView("run"), run: () => showView("run"),
  lessons: () => openLessons(() => lessons.open()), comparison: () => openLessons(() => lessons.openComparison()),
});

/** Shows the orders or the lessons beside the map. */
function showView(view) {
  document.body.dataset.view = view;
  for (const name of ["run", "lessons"]) {
    if (name === view) $(`show-${name}`).setAttribute("aria-current", "page");
    else $(`show-${name}`).removeAttribute("aria-current");
  }
  $("skip").href = view === "lessons" ? "#lesson-card" : "#orders";
  $("skip").textContent = `Skip to ${view === "lessons" ? "lessons" : "orders"}`;
  $("lesson-card").hidden = view !== "lessons";
  $("orders-card").hidden = $("order-card").hidden = view !== "run";
}

async function openLessons(open) {
  const byLink = document.activeElement !== document.body; // else, the page opens at this address
  showView("lessons");
  await open();
  if (byLink) $("lesson-title").focus({ preventScroll: true });
  if (PHONE.matches) $("lesson-card").scrollIntoView({ block: "start" });
}

function follow(address) {
  if (location.hash === address) router.open();
  else location.hash = address;
}

function openPart(kind, name, key) {
  if (!now.map) return;
  const found = find(now.map, kind, name);
  if (found) select({ ...found, key });
  else inspector.showMissing(kind, name);
  inspector.setOpen(true);
  if (PHONE.matches) document.querySelector("#map .node[aria-current='true']")?.scrollIntoView({ block: "nearest" });
}

function select(choice) {
  selected = choice;
  map.setSelected(choice.name);
  inspector.select(choice, now.map, now.state);
}

function openOrder(id, { placed = false, byPerson = true } = {}) {
  orderId = id;
  card.select(id, placed);
  list.setSelected(id);
  if (now.state) card.update(now.state, now.map);
  if (byPerson && PHONE.matches) $("order-card").scrollIntoView({ block: "nearest", behavior: "smooth" });
}

/** Shows a placed order, and leaves the map in view. */
function showPlaced(id) {
  history.pushState(null, "", `#order/${id}`);
  showView("run");
  openOrder(id, { placed: true, byPerson: false });
}

listen({
  connection: (state) => {
    document.body.dataset.connection = state;
    $("connection").dataset.state = state;
    $("connection").textContent = CONNECTIONS[state];
    banners.setConnection(state);
    if (state === "lost") lessons.reset();
  },
  map: (drawn) => {
    now.map = drawn;
    map.setMap(drawn);
    if (!selected) router.open();
    else if (find(drawn, selected.kind === "dead" ? "queue" : selected.kind, selected.name)) select(selected);
    else selected = null;
    if (!selected && !inspector.missing && drawn.services.length) select({ kind: "service", name: drawn.services[0].name });
  },
  state: (state) => {
    now.state = state;
    map.setState(state);
    inspector.update(state);
    filter.update(state.orders);
    notices.update(state.notices);
    banners.update(state);
    lessons.update(state);
    if (!orderId && state.orders.length) openOrder(state.orders[0].order_id, { byPerson: false });
    else card.update(state, now.map);
  },
});
showView("run");
addThemeSwitch($("theme"));
addPlaceButtons($("place"), showPlaced);
