// One HTTP call. Addresses are relative to the page: the console works at the root and under a stage's prefix.
import { observe } from "./clock.js";
import { exact } from "./numbers.js";

const SHORT_LIMIT = 10_000; // milliseconds, for reads
/** For writes, and for reads that take long. The gateway itself gives up after 29 s. */
export const LONG_LIMIT = 30_000;

/** What went wrong, in a sentence for the user. `status` is 0 if there was no answer at all. */
export class Problem extends Error {
  constructor(sentence, { status = 0, code = "", faults = [], retryAfter = null } = {}) {
    super(sentence);
    this.status = status;
    this.code = code; // the API's stable name for it
    this.faults = faults; // [{ path, message }], a fault of one field each
    this.retryAfter = retryAfter; // seconds, as the service asks
  }

  /** Whether the same call may well succeed later. */
  get passing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }

  /** Whether a write may have been carried out all the same: only 4xx is sure to have changed nothing. */
  get unsure() {
    return this.status < 400 || this.status >= 500;
  }
}

/** The answer's JSON, or null if it has none. Throws Problem, or AbortError if `signal` says so.
 * `json` is the body as text, so that the caller decides how its numbers are written. `limit` is in milliseconds. */
export async function send(method, path, { json, token, key, signal, limit = limitOf(method) } = {}) {
  const headers = { Accept: "application/json, application/problem+json" };
  if (json !== undefined) headers["Content-Type"] = "application/json";
  if (token) headers.Authorization = `Bearer ${token}`;
  if (key) headers["Idempotency-Key"] = key;
  const [answer, text] = await reach(path, { method, headers, cache: "no-store", body: json }, signal, limit);
  observe(answer.headers.get("Date"));
  const content = parse(answer, text);
  if (!answer.ok) throw problem(answer, content);
  return content;
}

const limitOf = (method) => (method === "GET" ? SHORT_LIMIT : LONG_LIMIT);

async function reach(path, options, signal, milliseconds) {
  const limit = limited(milliseconds, signal);
  try {
    const answer = await fetch(path, { ...options, signal: limit.signal });
    return [answer, await answer.text()];
  } catch (error) {
    if (limit.exceeded()) throw new Problem("The service does not answer.");
    if (error.name === "AbortError") throw error;
    throw new Problem("The service cannot be reached. Check the connection.");
  } finally {
    limit.over();
  }
}

/** The caller's signal, and one more reason to stop: the time is up. */
function limited(milliseconds, signal) {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), milliseconds);
  return {
    signal: signal ? AbortSignal.any([signal, late.signal]) : late.signal,
    exceeded: () => late.signal.aborted,
    over: () => clearTimeout(timer),
  };
}

function parse(answer, text) {
  try {
    return text ? JSON.parse(text, exact) : null;
  } catch {
    if (!answer.ok) return null; // a gateway's own page: the status has to do
    throw new Problem("The service gave an answer that is not JSON. Try again.", { status: answer.status });
  }
}

/** A problem document (RFC 9457). */
function problem({ status, headers }, content) {
  const said = content?.detail || content?.title || `The service answered ${status} without a reason. Try again.`;
  const retryAfter = Number(headers.get("Retry-After")) || null;
  const lacksWait = retryAfter && !/\d+ s\b|\d+ (second|minute|hour)/.test(said);
  const sentence = lacksWait ? `${said} Try again in ${retryAfter} s.` : said;
  return new Problem(sentence, { status, code: content?.code, faults: content?.errors, retryAfter });
}

/** For the catch of whatever the user set going: shows what went wrong. What the session's end cut short is
 * nobody's business any more; anything else is a fault of ours and goes on to the browser's console. */
export function explain(error, show) {
  if (error.name === "AbortError") return;
  if (!(error instanceof Problem)) throw error;
  show(error.message, error);
}
