// Why the queue stands as it does: one value, made from the last look. No page, no clock.

/** Nothing changes by itself: somebody or a moment far away has to come first. */
const STANDING = new Set(["paused", "halted", "held", "idle", "empty", "unattended"]);
const FAR = 10_000; // milliseconds

// The API's words for what the bar says of a queue whose next request has not begun: nobody is on the way, or somebody is.
const KINDS = {
  backoff: "retrying", not_before: "scheduled", signal: "awaiting", rung: "starting", idle: "unattended", rate: "paced",
};

/** Kinds that a moment ends, if nothing does so earlier. */
const TIMED = new Set(["retrying", "scheduled", "sleeping", "awaiting", "paced"]);

/** { kind, seq, request, since, until, behind, error }; times in milliseconds, or null where not known.
 * kind: empty, idle, starting, unattended, running, retrying, scheduled, sleeping, awaiting, paced, paused, halted, held, hole.
 * `head` is the request at the head of the line, or null; `floor` is the last number of which nothing is kept. */
export function situation(queue, head, floor) {
  const { waiting } = queue;
  return {
    kind: kindOf(queue, floor),
    seq: waiting?.seq ?? null,
    request: head,
    since: moment(waiting?.since),
    until: moment(waiting?.until),
    behind: waiting?.behind ?? 0,
    error: waiting?.error ?? null,
  };
}

const moment = (iso) => (iso ? Date.parse(iso) : null);

/** What somebody has to decide comes first, even if a request runs to its end meanwhile. */
function kindOf({ state, tail, waiting }, floor) {
  if (state === "paused" || state === "halted" || state === "held") return state;
  if (!waiting) return tail === floor ? "empty" : "idle";
  return KINDS[waiting.reason] ?? waiting.reason;
}

/** Whether looking often is of no use. */
export function isStanding({ kind, until }, queue, now) {
  if (queue.running !== null) return false;
  if (STANDING.has(kind)) return true;
  return TIMED.has(kind) && until - now > FAR;
}

/** What the lane and the panel show of a request: its status, or why it waits where that is more than its turn. "unknown"
 * until it has been read (undefined), "missing" if there is none any more (null). */
export function shownStatus(request, queue, now) {
  if (request === undefined) return "unknown";
  if (request?.status !== "queued") return request?.status ?? "missing";
  const stands = queue?.state === "halted" || queue?.state === "held";
  if (stands && request.seq === queue.waiting?.seq) return queue.state;
  if (moment(request.not_before) > now) return whyPutOff(request, queue);
  return "queued";
}

/** Only the queue says what a handler waits for. It does not while it is paused: then a handler may sleep, or wait for a
 * signal, and nothing more is said than that it waits. */
function whyPutOff({ seq, error, started_at: started }, queue) {
  const reason = queue?.waiting?.seq === seq ? queue.waiting.reason : null;
  if (reason === "signal") return "awaiting";
  if (error) return "retrying";
  return started && reason !== "paused" ? "sleeping" : "scheduled";
}
