// What the handler of the request on show tells: how far it is, and its output as it comes.
import { Problem } from "./api.js";
import { byId, element, setText } from "./dom.js";
import { isSettled } from "./feed.js";
import { afterTrouble, afterWait } from "./pace.js";

const WAIT = 5; // seconds; a call is given up after ten
const SHOWN = 100_000; // characters of the output's end

export class Events {
  #session;
  #request = null;
  #watch = null; // the AbortController of the one watch of this tab
  #told = nothing();
  #askedIn = ""; // how the request stood when it had told nothing further
  #bar = element("progress", { max: 1, id: "progress" });
  #message = element("label", { htmlFor: "progress" });
  #progress = element("div", { className: "progress" }, this.#message, this.#bar);
  #title = element("h3", { id: "output-title" }, "Output");
  #output = element("pre", { role: "region", tabIndex: 0, ariaLabel: "Output" });

  constructor(session) {
    this.#session = session;
    byId("details-events").append(this.#progress, this.#title, this.#output);
    this.#show();
    const { signal } = session;
    signal.addEventListener("abort", () => this.#rest());
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#rest() : this.follow(this.#request)), { signal });
  }

  /** Shows what this request tells from now on; null: of none any more. */
  follow(request) {
    if (request?.seq !== this.#request?.seq) this.#forget();
    this.#request = request;
    if (this.#watch === null && this.#isDue() && !document.hidden) this.#begin();
  }

  /** A running request may tell more, one that waits or has ended only what was not asked for yet. */
  #isDue() {
    const request = this.#request;
    if (!(request?.attempts > 0) || this.#told.ended) return false;
    return request.status === "running" || isSettled(request) || standing(request) !== this.#askedIn;
  }

  #forget() {
    this.#rest();
    this.#told = nothing();
    this.#askedIn = "";
    this.#show();
  }

  #rest() {
    this.#watch?.abort();
    this.#watch = null;
  }

  async #begin() {
    const watch = (this.#watch = new AbortController());
    try {
      for (let delay = 0; this.#isDue(); ) {
        delay = await this.#look(watch.signal, delay);
        await pause(delay, watch.signal);
      }
    } catch (error) {
      if (!watch.signal.aborted) throw error;
    }
    if (this.#watch === watch) this.#watch = null;
  }

  /** How long to wait before the next look. The feed says what is wrong with the service. */
  async #look(signal, delay) {
    const { seq, status } = this.#request;
    const asked = standing(this.#request);
    const wait = status === "running" ? WAIT : 0;
    const began = Date.now();
    try {
      const answer = await this.#session.call("GET", `api/queue/requests/${seq}/events?after=${this.#told.last}&wait=${wait}`, { signal });
      signal.throwIfAborted();
      this.#told = told(this.#told, answer);
      this.#show();
      if (answer.events.length === 0) this.#askedIn = asked;
      return afterWait(answer.events.length > 0, wait > 0 && Date.now() - began >= wait * 1000, delay);
    } catch (error) {
      if (signal.aborted || !(error instanceof Problem)) throw error;
      return afterTrouble(delay, error.retryAfter);
    }
  }

  #show() {
    const { progress, output, ended } = this.#told;
    this.#progress.hidden = progress === null || ended;
    this.#title.hidden = this.#output.hidden = output === "";
    this.#bar.value = progress?.fraction ?? 0;
    setText(this.#message, progress?.message || "Progress");
    const atEnd = this.#output.scrollHeight - this.#output.scrollTop - this.#output.clientHeight < 2;
    setText(this.#output, output);
    if (atEnd) this.#output.scrollTop = this.#output.scrollHeight;
  }
}

const standing = ({ status, attempts }) => `${status} ${attempts}`;

const nothing = () => ({ last: 0, attempt: 0, progress: null, output: "", ended: false });

/** What has been told with these events too. A later attempt begins from the top, but does not repeat what was told within
 * a step: so the output of earlier ones stays. */
function told(before, { events, ended }) {
  const after = { ...before, ended };
  for (const { n, attempt, kind, data } of events) {
    if (attempt > after.attempt) {
      if (after.output) after.output += `\n\nAttempt ${attempt}:\n`;
      Object.assign(after, { attempt, progress: null });
    }
    after.last = n;
    if (kind === "progress") after.progress = data;
    else after.output += typeof data === "string" ? data : `${JSON.stringify(data, null, 2)}\n`;
  }
  after.output = after.output.slice(-SHOWN);
  return after;
}

/** Rejects when the signal is aborted. */
function pause(milliseconds, signal) {
  const { promise, resolve, reject } = Promise.withResolvers();
  const end = () => reject(signal.reason);
  const timer = setTimeout(resolve, milliseconds);
  signal.addEventListener("abort", end);
  return promise.finally(() => [clearTimeout(timer), signal.removeEventListener("abort", end)]);
}
