// How long to wait before looking at the queue again, in milliseconds.
import { isStanding } from "./situation.js";

const MOVING = 500;
const SLOWER = 1.5;
const RUNNING_LAST = 2000;
const STANDING_LAST = 10_000;
const TROUBLE_FIRST = 1000;
const TROUBLE_LAST = 30_000;
const AFTERWARDS = 150; // a look at the very moment would come too early

/** Often while each look differs from the one before, then ever less often; in time for what is to come. */
export function afterLook(situation, queue, differed, previous, now) {
  if (differed) return MOVING;
  const last = isStanding(situation, queue, now) ? STANDING_LAST : RUNNING_LAST;
  const delay = Math.min(last, Math.max(MOVING, previous * SLOWER));
  const left = situation.until - now + AFTERWARDS;
  return left > MOVING ? Math.min(delay, left) : delay;
}

/** After a call that may wait by itself: at once if it has waited; ever later while it finds nothing without waiting,
 * as when the session has no wait left. */
export function afterWait(hasNews, hasWaited, previous) {
  if (hasNews) return MOVING;
  return hasWaited ? 0 : Math.min(RUNNING_LAST, Math.max(MOVING, previous * SLOWER));
}

/** @param retryAfter seconds the service asked for, or null */
export function afterTrouble(previous, retryAfter) {
  if (retryAfter) return retryAfter * 1000;
  return Math.min(TROUBLE_LAST, Math.max(TROUBLE_FIRST, previous * 2));
}
