// What is known of one request, in words: rows of terms and values, and its texts.
import { element } from "./dom.js";
import { between, moment, number, seconds, span, time } from "./format.js";

const STATUSES = {
  retrying: "waits for its next attempt", scheduled: "waits for its time", sleeping: "sleeps", awaiting: "waits for a signal",
  halted: "halts the queue", held: "holds the queue",
};

/** What its `not_before` is called while it waits for that. */
const PUT_OFF = { retrying: "Next try", sleeping: "Sleeps until", awaiting: "Gives up" };

const FAILURES = {
  error: "Error of the handler",
  permanent: "Permanent error: no further attempt",
  timeout: "The handler took too long",
  crash: "The worker crashed",
  unknown_type: "No handler for this type",
  invalid_payload: "The payload does not fit the handler",
  conflict: "The handler’s writes were refused",
};

const POLICIES = { skip: "The next request runs", halt: "The queue halts" };

/** The status as the badge says it. */
export const statusInWords = (status) => STATUSES[status] ?? status;

/** [term, value] pairs; a value is text or a node. Null values are left out. */
export function rows(request, status, now) {
  const open = request.finished_at === null;
  return [
    ["Type", request.type],
    ["Attempts", request.max_attempts ? `${number(request.attempts)} of ${number(request.max_attempts)}` : number(request.attempts)],
    ["If it fails", POLICIES[request.on_failure] ?? null],
    ["Place in line", request.position == null ? null : number(request.position)],
    ["Est. wait", open && request.status === "queued" && request.estimated_wait_seconds != null ? span(request.estimated_wait_seconds) : null],
    [PUT_OFF[status] ?? "Not before", ahead(request, now)],
    ["Start before", request.start_before == null || request.attempts > 0 ? null : moment(Date.parse(request.start_before))],
    ["Slot", request.slot ?? null],
    ["Replaced by", request.superseded_by == null ? null : number(request.superseded_by)],
    ["Follows", request.follows ? `request ${number(request.follows.seq)} of ${request.follows.user_id}` : null],
    ["Callback", request.callback ?? null],
    ["Trace", request.trace_id ?? null],
    ["Waited", between(request.enqueued_at, request.started_at)],
    ["Ran", between(request.started_at, request.finished_at)],
    ["Enqueued", stamp(request.enqueued_at)],
    ["Started", stamp(request.started_at)],
    ["Stop requested", stopRequest(request)],
    ["Finished", stamp(request.finished_at)],
  ].filter(([, value]) => value !== null && value !== "–");
}

/** A moment with a countdown while it lies ahead. */
function ahead({ status, not_before }, now) {
  if (not_before === null || status !== "queued") return null;
  const at = Date.parse(not_before);
  return at > now ? `${moment(at)} (in ${seconds(at - now)})` : moment(at);
}

function stopRequest({ stop_requested_at: at, stopped_by: by }) {
  return at ? element("span", {}, stamp(at), by === "administrator" ? " by an administrator" : "") : null;
}

function stamp(iso) {
  if (!iso) return null;
  return element("time", { dateTime: iso, title: new Date(iso).toLocaleString() }, time(iso));
}

/** What the handler answered or, until it has succeeded, how its last attempt failed: title, text and tone; or null. */
export function answer({ status, result, error, finished_at }) {
  if (error !== null && status !== "succeeded") {
    const kind = FAILURES[error.kind] ?? error.kind;
    return [finished_at ? kind : `Last attempt: ${lowerFirst(kind)}`, error.message, "bad"];
  }
  return status === "succeeded" ? ["Result", JSON.stringify(result, null, 2), "plain"] : null;
}

const lowerFirst = (text) => text[0].toLowerCase() + text.slice(1);
