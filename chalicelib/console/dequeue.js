// Takes the next outcome: shows it, and moves `read` only once it is on show. An answer that gets lost loses nothing,
// as it would with GET dequeue, which moves `read` before its answer arrives.
import { byId, press } from "./dom.js";
import { number } from "./format.js";

export class Dequeue {
  #session;
  #feed;
  #details;

  constructor(session, feed, details) {
    this.#session = session;
    this.#feed = feed;
    this.#details = details;
    const button = byId("dequeue");
    button.addEventListener("click", () => press(button, byId("details-message"), () => this.#take()));
  }

  async #take() {
    const { outcomes, next } = await this.#session.call("GET", "api/queue/outcomes?limit=1");
    if (outcomes.length === 0) {
      this.#details.say(await this.#nothingYet());
    } else {
      const [outcome] = outcomes;
      this.#details.show(outcome, `Dequeued: request ${number(outcome.seq)} ${outcome.status}.`);
      await this.#session.call("POST", "api/queue/read", { body: { seq: next } });
    }
    this.#feed.nudge();
  }

  async #nothingYet() {
    const { depth } = this.#feed.queue ?? (await this.#session.call("GET", "api/queue"));
    return depth > 0
      ? "No outcome yet: the next request has not finished."
      : "Nothing to dequeue: no outcome is waiting.";
  }
}
