// Watches one user's queue: asks for the queue, then only for those requests on show that may have changed.
// Fires "change" after every look and "trouble" (a sentence, or "" once it is over).
import { Problem } from "./api.js";
import { afterLook, afterTrouble } from "./pace.js";
import { follow, within } from "./view.js";

const EMPTY = {
  state: "open", tail: 0, head: 0, read: 0, depth: 0, counts: { succeeded: 0, failed: 0, cancelled: 0 },
};

/** Whether the request has its outcome, which never changes. */
export const isSettled = (request) => ["succeeded", "failed", "cancelled"].includes(request?.status);

export class Feed extends EventTarget {
  #session;
  #timer = 0;
  #delay = 0;
  #look = null; // the AbortController of the look under way
  #seen = ""; // what the last look saw of the queue, and through which window
  size = 24;

  constructor(session) {
    super();
    this.#session = session;
    this.reset();
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#pause() : this.nudge()));
  }

  /** Forgets everything: the next user starts with a clean page. */
  reset() {
    this.#pause();
    this.#seen = "";
    this.#delay = 0;
    this.queue = EMPTY;
    this.requests = new Map(); // seq → request, those on show
    this.first = 1;
    this.following = true;
    this.dispatchEvent(new Event("change"));
  }

  get last() {
    return Math.min(this.first + this.size - 1, this.queue.tail);
  }

  /** Looks now, whatever was planned; while the tab is hidden or nobody is signed in, not at all. */
  nudge() {
    this.#pause();
    this.#delay = 0;
    if (this.#session.live && !document.hidden) this.#watch();
  }

  /** Shows the window that begins at `first`, or follows the head again if that is null. */
  show(first) {
    this.following = first === null;
    if (!this.following) this.first = within(first, this.size, this.queue.tail);
    this.nudge();
  }

  resize(size) {
    if (size === this.size) return;
    this.size = size;
    this.first = within(this.first, size, this.queue.tail);
    this.nudge();
  }

  #pause() {
    clearTimeout(this.#timer);
    this.#look?.abort();
  }

  async #watch() {
    const look = (this.#look = new AbortController());
    try {
      await this.#refresh(look.signal);
      this.#delay = afterLook(this.queue.depth, this.#delay);
      this.#report("trouble", "");
    } catch (error) {
      if (look.signal.aborted || !this.#session.live) return;
      if (!(error instanceof Problem)) throw error;
      this.#delay = afterTrouble(this.#delay, error.retryAfter);
      this.#report("trouble", `${error.message} Next try in ${Math.round(this.#delay / 1000)} s.`);
    }
    if (!look.signal.aborted) this.#timer = setTimeout(() => this.#watch(), this.#delay);
  }

  async #refresh(signal) {
    const queue = await this.#session.call("GET", "api/queue", { signal });
    if (this.following) this.first = follow(this.first, this.size, queue);
    const { tail, head, state, running, counts } = queue;
    const seen = JSON.stringify([tail, head, state, running, counts, this.first, this.size]);
    const page = await this.#page(queue, seen !== this.#seen, signal);
    signal.throwIfAborted();
    if (seen !== this.#seen) this.#delay = 0;
    this.#seen = seen;
    this.queue = queue;
    this.#keep(page);
    this.#report("change");
  }

  /** The requests on show that may have changed: not those with an outcome at hand, and while the queue stands still
   * only the one at its head, which can begin or be tried again. */
  async #page(queue, moved, signal) {
    const end = Math.min(this.first + this.size - 1, queue.tail);
    const last = moved ? end : Math.min(queue.head + 1, end);
    let first = this.first;
    while (first <= last && isSettled(this.requests.get(first))) first += 1;
    if (first > last || (!moved && queue.depth === 0)) return [];
    const query = `after=${first - 1}&limit=${last - first + 1}`;
    return (await this.#session.call("GET", `api/queue/requests?${query}`, { signal })).requests;
  }

  #keep(page) {
    for (const request of page) this.requests.set(request.seq, request);
    for (const seq of this.requests.keys()) {
      if (seq < this.first || seq > this.last) this.requests.delete(seq);
    }
  }

  #report(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
