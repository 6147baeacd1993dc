// What a service is doing, for the map and for its panel.

/** A service's state: a keyword for the style sheet, and a text for the user. */
export function serviceState(service) {
  const availabilities = Object.values(service.functions);
  if (!service.running) return ["stopped", "stopped"];
  if (service.broken) return ["broken", "cannot run"];
  if (availabilities.every((availability) => availability === "not-running")) return ["not-running", "no process"];
  if (availabilities.includes("not-running")) return ["slow", "partly running"];
  if (service.slow_seconds) return ["slow", `slow: +${service.slow_seconds} s`];
  return ["running", "running"];
}
