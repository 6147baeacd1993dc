// Finds the service, queue, topic or table that an address names.
import { address } from "./router.js";

const LISTS = { service: "services", queue: "queues", topic: "topics", table: "tables" };
const ID = { topic: "arn" };

/** The part of the run with this name or label: its panel's kind and its name; null if the run has none. */
export function find(map, kind, wanted) {
  const known = map[LISTS[kind]] ?? [];
  const id = ID[kind] ?? "name";
  const found = known.find((part) => part[id] === wanted) ?? known.find((part) => part.label === wanted);
  if (!found) return null;
  return { kind: found.holds_dead_letters ? "dead" : kind, name: found[id] };
}

/** The address of a node of the map: by its label, unless two stacks have the same label. */
export function addressOf(map, kind, name) {
  const route = kind === "dead" ? "queue" : kind;
  const known = map[LISTS[route]];
  const label = known.find((part) => part[ID[route] ?? "name"] === name)?.label;
  const unique = label && known.filter((part) => part.label === label).length === 1;
  return address(route, unique ? label : name);
}
