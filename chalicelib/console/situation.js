// Why the queue stands as it does: one value, made from the last look. No page, no clock.

/** Nothing changes by itself: somebody or a moment far away has to come first. */
const STANDING = new Set(["paused", "halted", "idle", "empty"]);
const FAR = 10_000; // milliseconds

const REASONS = { backoff: "retrying", not_before: "scheduled", rung: "starting" };

/** { kind, seq, request, since, until, behind }; times in milliseconds, or null where not known.
 * kind: empty, idle, starting, running, retrying, scheduled, paused, halted, hole.
 * `head` is the request at the head of the line, or null; `floor` is the last number that was deleted. */
export function situation(queue, head, floor, now) {
  const told = queue.waiting;
  const kind = REASONS[told?.reason] ?? told?.reason ?? derived(queue, head, now);
  return {
    kind: kind === "idle" && queue.tail === floor ? "empty" : kind,
    seq: told?.seq ?? (queue.depth > 0 ? queue.head + 1 : null),
    request: head,
    since: moment(told?.since) ?? moment(head?.started_at),
    until: moment(told?.until) ?? moment(head?.not_before),
    behind: told?.behind ?? Math.max(0, queue.depth - 1),
  };
}

const moment = (iso) => (iso ? Date.parse(iso) : null);

/** For an answer that does not say why it waits. */
function derived(queue, head, now) {
  if (queue.state === "paused" || queue.state === "halted") return queue.state;
  if (queue.depth === 0) return "idle";
  if (queue.running !== null) return "running";
  if (moment(head?.not_before) > now) return head.attempts > 0 ? "retrying" : "scheduled";
  return "starting";
}

/** Whether looking often is of no use. */
export function isStanding({ kind, until }, now) {
  if (STANDING.has(kind)) return true;
  return (kind === "retrying" || kind === "scheduled") && until - now > FAR;
}

/** What the lane and the panel show of a request: its status, or why it waits where that is more than its turn. */
export function shownStatus(request, queue, now) {
  if (request?.status !== "queued") return request?.status ?? "missing";
  if (queue?.state === "halted" && request.seq === queue.head + 1) return "halted";
  if (moment(request.not_before) > now) return request.attempts > 0 ? "retrying" : "scheduled";
  return "queued";
}
