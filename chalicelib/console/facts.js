// The queue in figures, and the sentences said when it moves.
import { announce, byId, say, setText } from "./dom.js";
import { number, requests, span } from "./format.js";

const figures = (queue) => ({
  depth: number(queue.depth),
  "estimated-wait": queue.depth > 0 ? span(queue.estimated_wait_seconds) : span(null),
  average: span(queue.head > 0 ? queue.average_seconds : null),
  succeeded: number(queue.counts.succeeded),
  failed: number(queue.counts.failed),
  cancelled: number(queue.counts.cancelled),
  tail: number(queue.tail),
  head: number(queue.head),
  read: number(queue.read),
});

export class Facts {
  #nodes = document.querySelectorAll("[data-fact]");
  #before = null; // the queue as last shown

  constructor(feed) {
    feed.addEventListener("change", () => this.#show(feed.queue));
    feed.addEventListener("trouble", ({ detail }) => say(byId("queue-message"), detail, "bad"));
  }

  #show(queue) {
    const shown = figures(queue);
    for (const node of this.#nodes) setText(node, shown[node.dataset.fact]);
    setText(byId("queue-state"), queue.state);
    if (this.#before?.depth > 0 && queue.depth === 0 && queue.tail > 0) announce(this.#drained(queue));
    this.#before = queue;
  }

  #drained({ tail, counts: { succeeded, failed } }) {
    return `Your queue is drained. Of ${requests(tail)}, ${number(succeeded)} succeeded and ${number(failed)} failed.`;
  }
}
