// How figures, spans of time and moments are written.

const NONE = "–";
const decimal = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const moment = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hourCycle: "h23",
});

export const number = (value) => (value == null ? NONE : decimal.format(value));

/** A span of time for people: 40 ms, 2.5 s, 3 min, 1 h 20 min. */
export function span(seconds) {
  if (seconds == null) return NONE;
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${decimal.format(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${number(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

/** From one ISO time to a later one; both are the service's, so the visitor's clock plays no part. */
export function between(start, end) {
  return start && end ? span(Math.max(0, (Date.parse(end) - Date.parse(start)) / 1000)) : NONE;
}

export const time = (iso) => (iso ? moment.format(new Date(iso)) : NONE);

/** One request, or the plural. */
export const requests = (count) => (count === 1 ? "1 request" : `${number(count)} requests`);
