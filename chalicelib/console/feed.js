// Watches one user's queue: asks for the queue, then only for those requests on show that may have changed.
// Fires "change" after every look and "trouble" (a Problem, or null once it is over).
import { Problem } from "./api.js";
import { now } from "./clock.js";
import { afterLook, afterTrouble } from "./pace.js";
import { situation } from "./situation.js";
import { follow, within } from "./view.js";

/** The queue without those figures that change while nothing happens. */
const lasting = ({ oldest_age_seconds, average_seconds, estimated_wait_seconds, ...rest }) => rest;

/** Whether the request has its outcome, which never changes. */
export const isSettled = (request) => ["succeeded", "failed", "cancelled", "expired"].includes(request?.status);

/** Whether there is nothing more to learn of a number. */
const isOver = (request) => request === null || isSettled(request);

export class Feed extends EventTarget {
  #session;
  #timer = 0;
  #delay = 0;
  #look = null; // the AbortController of the look under way
  #seen = ""; // what the last look saw of the queue, and through which window
  #headSeen = ""; // and of the request at its head
  #suspectsFloor = true;
  queue = null; // until the first look
  situation = null;
  requests = new Map(); // seq → request, those on show; null: there is none any more
  floor = 0; // the last number of which nothing is kept any more
  first = 1;
  size = 24;
  following = true;
  seenAt = null; // when the last look succeeded
  askedAt = null; // when the look under way began
  nextAt = null; // when the next look is due

  constructor(session) {
    super();
    this.#session = session;
    const { signal } = session;
    signal.addEventListener("abort", () => this.#rest());
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#rest() : this.nudge()), { signal });
  }

  get last() {
    return Math.min(this.first + this.size - 1, this.queue?.tail ?? 0);
  }

  /** Looks now at everything on show, whatever was planned; while the tab is hidden, not at all. */
  nudge() {
    this.#rest();
    this.#delay = 0;
    this.#seen = "";
    if (!this.#session.signal.aborted && !document.hidden) this.#watch();
  }

  /** The history was deleted: the lane begins anew. */
  forgotten() {
    this.requests.clear();
    this.#suspectsFloor = true;
    this.show(null);
  }

  /** What somebody has learnt of a request in another way. */
  learn(request) {
    if (this.requests.has(request.seq)) this.requests.set(request.seq, request);
    this.#report("change");
  }

  /** Shows the window that begins at `first`, or follows the head again if that is null. */
  show(first) {
    this.following = first === null;
    if (!this.following) this.first = within(first, this.size, this.floor, this.queue.tail);
    this.nudge();
  }

  resize(size) {
    if (size === this.size) return;
    this.size = size;
    if (this.queue === null) return;
    this.first = within(this.first, size, this.floor, this.queue.tail);
    this.nudge();
  }

  #rest() {
    clearTimeout(this.#timer);
    this.#look?.abort();
    this.askedAt = null;
  }

  async #watch() {
    const look = (this.#look = new AbortController());
    this.askedAt = Date.now();
    try {
      const differed = await this.#refresh(look.signal);
      this.#delay = afterLook(this.situation, this.queue, differed, this.#delay, now());
      this.#report("trouble", null);
    } catch (error) {
      if (look.signal.aborted) return;
      if (!(error instanceof Problem)) throw error;
      this.#delay = afterTrouble(this.#delay, error.retryAfter);
      this.nextAt = Date.now() + this.#delay;
      this.#report("trouble", error);
    }
    if (look.signal.aborted) return;
    this.askedAt = null;
    this.#timer = setTimeout(() => this.#watch(), this.#delay);
  }

  /** Whether anything differs from the last look. */
  async #refresh(signal) {
    const queue = await this.#get("api/queue", signal);
    const floor = await this.#floorOf(queue, signal);
    const [place, size] = [this.first, this.size];
    const first = this.following ? follow(place, size, floor, queue) : within(place, size, floor, queue.tail);
    const seen = [lasting(queue), first, size].map((part) => JSON.stringify(part)).join();
    const moved = seen !== this.#seen;
    const page = await this.#page(queue, first, moved, signal);
    const head = await this.#head(queue, first, page, signal);
    signal.throwIfAborted();
    const differed = moved || JSON.stringify(head) !== this.#headSeen;
    [this.#seen, this.#headSeen] = [seen, JSON.stringify(head)];
    Object.assign(this, { queue, floor, first, seenAt: Date.now(), situation: situation(queue, head, floor) });
    this.#keep(page);
    this.#report("change");
    return differed;
  }

  /** The last number of which nothing is kept. The queue says up to where its history was deleted, here or elsewhere; what
   * has grown too old is asked for at first, and when the window's first request is missing. */
  async #floorOf({ floor = 0, head, tail }, signal) {
    if (!this.#suspectsFloor) return Math.max(this.floor, floor);
    const [oldest] = tail > 0 ? (await this.#get("api/queue/requests?after=0&limit=1", signal)).requests : [];
    this.#suspectsFloor = false;
    return Math.max(oldest ? oldest.seq - 1 : head, floor);
  }

  /** The requests on show that may have changed: not those with an outcome at hand, and while the queue stands still
   * only the one at its head, which can begin or be tried again. By their numbers; null where there is none any more. */
  async #page(queue, start, moved, signal) {
    const end = Math.min(start + this.size - 1, queue.tail);
    const last = moved ? end : Math.min(queue.head + 1, end);
    const page = new Map();
    let first = start;
    while (first <= last && isOver(this.requests.get(first))) first += 1;
    if (first > last || (!moved && queue.depth === 0)) return page;
    for (let seq = first; seq <= Math.min(last, queue.head); seq += 1) page.set(seq, null); // unless it is found
    for (const request of await this.#read(first - 1, last, signal)) page.set(request.seq, request);
    this.#suspectsFloor = first === start && page.get(first) === null;
    return page;
  }

  /** The requests after the first number up to the last one; if their results are large, from several answers. */
  async #read(after, last, signal) {
    const found = [];
    for (let next = after; next !== null && next < last; ) {
      const page = await this.#get(`api/queue/requests?after=${next}&limit=${last - next}`, signal);
      found.push(...page.requests);
      next = page.next;
    }
    return found;
  }

  /** The request at the head of the line, which may be out of sight. */
  async #head({ head, depth }, first, page, signal) {
    if (depth === 0) return null;
    if (head + 1 >= first && head + 1 < first + this.size) return page.get(head + 1) ?? null;
    const [next] = await this.#read(head, head + 1, signal);
    return next?.seq === head + 1 ? next : null;
  }

  #get(path, signal) {
    return this.#session.call("GET", path, { signal });
  }

  #keep(page) {
    for (const [seq, request] of page) this.requests.set(seq, request);
    for (const seq of this.requests.keys()) {
      if (seq < this.first || seq > this.last) this.requests.delete(seq);
    }
  }

  #report(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
