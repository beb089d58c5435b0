// The queue in figures, and how old they are.
import { everySecond } from "./clock.js";
import { byId, say, setText, wipePassing } from "./dom.js";
import { number, seconds, span, timeOfDay } from "./format.js";

const SLOW = 3000; // milliseconds after which an answer that has not come makes the figures doubtful

const figures = (queue) => ({
  depth: number(queue.depth),
  "estimated-wait": queue.depth > 0 ? span(queue.estimated_wait_seconds) : span(null),
  average: span(queue.average_seconds || null),
  succeeded: number(queue.counts.succeeded),
  failed: number(queue.counts.failed),
  cancelled: number(queue.counts.cancelled),
  expired: number(queue.counts.expired),
  tail: number(queue.tail),
  head: number(queue.head),
  read: number(queue.read),
  callbacks: due(queue.callbacks),
});

/** From which request on outcomes are still to be pushed, and how often the call for that one has failed. */
function due(callbacks) {
  if (!callbacks) return "";
  const { first, last, tries } = callbacks;
  return [first === last ? `of ${number(first)}` : `from ${number(first)} to ${number(last)}`, tries && `failed ×${number(tries)}`]
    .filter(Boolean).join(", ");
}

export class Facts {
  #feed;
  #nodes = document.querySelectorAll("[data-fact]");
  #trouble = null;

  constructor(feed, signal) {
    this.#feed = feed;
    feed.addEventListener("change", () => this.#show());
    feed.addEventListener("trouble", ({ detail }) => this.#tell(detail));
    everySecond(() => this.#age(), signal);
  }

  #show() {
    const shown = figures(this.#feed.queue);
    for (const node of this.#nodes) setText(node, shown[node.dataset.fact]);
    byId("callbacks").hidden = !this.#feed.queue.callbacks;
    byId("queue").dataset.known = "yes";
    this.#age();
  }

  #tell(problem) {
    if (problem === null) wipePassing();
    this.#trouble = problem;
    say(byId("queue-message"), problem?.message ?? "", "bad");
    this.#age();
  }

  /** How old the figures are, and when the next try comes: beside the alert, which would be read out each time. */
  #age() {
    const { seenAt, askedAt, nextAt } = this.#feed;
    const late = askedAt !== null && Date.now() - askedAt > SLOW;
    byId("as-of").dataset.late = String(late || this.#trouble !== null);
    setText(byId("as-of"), [
      seenAt === null ? "" : `as of ${timeOfDay(seenAt)}`,
      late && `no answer for ${seconds(Date.now() - askedAt)}`,
      !late && this.#trouble && `next try in ${seconds(Math.max(1000, nextAt - Date.now()))}`,
    ].filter(Boolean).join(" · "));
  }
}
