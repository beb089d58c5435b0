// How long to wait before looking at the queue again, in milliseconds.

const BUSY = 500;
const IDLE_FIRST = 1000;
const IDLE_LAST = 10_000;
const TROUBLE_LAST = 30_000;

/** While requests are waiting or running the pace is steady; an idle queue is asked ever less often. */
export function afterLook(depth, previous) {
  if (depth > 0) return BUSY;
  return Math.min(IDLE_LAST, Math.max(IDLE_FIRST, previous * 1.5));
}

/** @param retryAfter seconds the service asked for, or null */
export function afterTrouble(previous, retryAfter) {
  if (retryAfter) return retryAfter * 1000;
  return Math.min(TROUBLE_LAST, Math.max(IDLE_FIRST, previous * 2));
}
