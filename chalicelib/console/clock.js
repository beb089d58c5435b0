// The service's time. Countdowns must not depend on how the visitor's clock is set.

const TOLERANCE = 2000; // the header has whole seconds, and an answer takes a moment
let ahead = 0; // milliseconds by which the service's clock is ahead of the visitor's

/** Learns the difference from an answer's header Date. */
export function observe(date) {
  const difference = Date.parse(date) - Date.now();
  if (Number.isNaN(difference)) return;
  ahead = Math.abs(difference) < TOLERANCE ? 0 : difference;
}

export const now = () => Date.now() + ahead;

/** Calls `work` every second while the tab is visible, until `signal` is aborted. */
export function everySecond(work, signal) {
  const timer = setInterval(() => document.hidden || work(), 1000);
  signal.addEventListener("abort", () => clearInterval(timer));
}
