// How times, amounts and names are written.

/** Seconds, as short as can be read: 850 ms, 2.4 s, 3 min. */
export function span(seconds) {
  if (seconds < 0.9995) return `${Math.max(0, Math.round(seconds * 1000))} ms`;
  if (seconds < 99.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}

/** Minor units of a currency, as people write them. */
export function money(minor, currency) {
  if (!Number.isFinite(minor) || !currency) return "";
  try {
    const format = new Intl.NumberFormat(undefined, { style: "currency", currency });
    return format.format(minor / 10 ** format.resolvedOptions().maximumFractionDigits);
  } catch {
    return `${minor} ${currency}`;
  }
}

export const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString(undefined, { hour12: false });
export const capital = (name) => name.charAt(0).toUpperCase() + name.slice(1);
export const short = (id) => id.slice(0, 8);

/** A dead-letter queue's part of a name, such as OrderDeadLetters, in words. */
export const words = (label) => label.replace(/([a-z])([A-Z])/g, "$1 $2").replace(/ [A-Z]/g, (at) => at.toLowerCase());

const TONES = { order: 1, payment: 2, shipping: 3 };

/** Each service's colour: the same on the map, in diagrams and on the console. */
export function tone(service) {
  if (service in TONES) return TONES[service];
  let sum = 0;
  for (const letter of service ?? "") sum = (sum * 31 + letter.charCodeAt(0)) % 997;
  return service ? 4 + (sum % 3) : null;
}
