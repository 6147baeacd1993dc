// Formats times, amounts and names.

/** Formats a duration in seconds, such as 850 ms, 2.4 s or 3 min. */
export function duration(seconds) {
  if (seconds < 0.9995) return `${Math.max(0, Math.round(seconds * 1000))} ms`;
  if (seconds < 99.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}

/** Says when something happens, such as "next attempt in 12 s", or "next attempt now" once it is due. */
export function timeLeft(what, at) {
  const seconds = at - Date.now() / 1000;
  return seconds > 0.5 ? `${what} in ${duration(Math.max(1, Math.round(seconds)))}` : `${what} now`;
}

/** Formats an amount that is given in minor units of its currency. */
export function money(minor, currency) {
  if (!Number.isFinite(minor) || !currency) return "";
  try {
    const format = new Intl.NumberFormat(undefined, { style: "currency", currency });
    return format.format(minor / 10 ** format.resolvedOptions().maximumFractionDigits);
  } catch {
    return `${minor} ${currency}`;
  }
}

export const timeOfDay = (seconds) => new Date(seconds * 1000).toLocaleTimeString(undefined, { hour12: false });
export const capitalize = (name) => name.charAt(0).toUpperCase() + name.slice(1);
export const shortId = (id) => id.slice(0, 8);
export const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

/** Separates the words of a name: OrderDeadLetters becomes "Order dead letters". */
export const spaced = (label) => label.replace(/([a-z])([A-Z])/g, "$1 $2").replace(/ [A-Z]/g, (at) => at.toLowerCase());

const COLORS = { order: 1, payment: 2, shipping: 3 };

/** The number of a service's colour, which the map, the diagrams and the console share. */
export function colorOf(service) {
  if (service in COLORS) return COLORS[service];
  let sum = 0;
  for (const letter of service ?? "") sum = (sum * 31 + letter.charCodeAt(0)) % 997;
  return service ? 4 + (sum % 3) : null;
}
