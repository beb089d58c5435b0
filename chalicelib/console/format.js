// How figures, spans of time and moments are written.

const NONE = "–";
const decimal = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const TIME = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
const precise = new Intl.DateTimeFormat(undefined, { ...TIME, fractionalSecondDigits: 3 });
const clock = new Intl.DateTimeFormat(undefined, TIME);
const day = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short" });
const year = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });

export const number = (value) => (value == null ? NONE : decimal.format(value));

/** A span of time for people: 40 ms, 2.5 s, 3 min, 1 h 20 min, 2 d 4 h. */
export function span(seconds) {
  if (seconds == null) return NONE;
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${decimal.format(seconds)} s`;
  return longSpan(Math.round(seconds / 60));
}

function longSpan(minutes) {
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return joined(hours, "h", minutes % 60, "min");
  return joined(Math.floor(hours / 24), "d", hours % 24, "h");
}

const joined = (large, unit, small, smaller) =>
  small ? `${number(large)} ${unit} ${small} ${smaller}` : `${number(large)} ${unit}`;

/** The same in whole seconds, for countdowns and ages. */
export const seconds = (milliseconds) => span(Math.max(0, Math.round(milliseconds / 1000)) || null);

/** From one ISO time to a later one; both are the service's, so the visitor's clock plays no part. */
export function between(start, end) {
  return start && end ? span(Math.max(0, (Date.parse(end) - Date.parse(start)) / 1000)) : NONE;
}

/** A moment of the past to the millisecond, with its date unless that is today. */
export const time = (iso) => (iso ? dated(new Date(iso), precise) : NONE);

/** A moment to come, without milliseconds. */
export const moment = (at) => dated(new Date(at), clock);

function dated(date, format) {
  const today = new Date();
  if (date.toDateString() === today.toDateString()) return format.format(date);
  const days = date.getFullYear() === today.getFullYear() ? day : year;
  return `${days.format(date)}, ${format.format(date)}`;
}

export const timeOfDay = (at) => clock.format(new Date(at));

/** One request, or the plural. */
export const requests = (count) => (count === 1 ? "1 request" : `${number(count)} requests`);

export const attempts = (count) => (count === 1 ? "1 attempt" : `${number(count)} attempts`);

/** "Request 2 (charge)", or less if the type is not known. */
export const named = (seq, type) => (type ? `Request ${number(seq)} (${type})` : `Request ${number(seq)}`);
