// What became of one request: the cell that was chosen, or the outcome that was just dequeued.
import { explain } from "./api.js";
import { byId, element, say, setText } from "./dom.js";
import { isSettled } from "./feed.js";
import { between, number, time } from "./format.js";

const figures = (request) => [
  ["Type", request.type],
  ["Attempts", number(request.attempts)],
  ["Position", request.position == null ? null : number(request.position)],
  ["Waited", between(request.enqueued_at, request.started_at)],
  ["Ran", between(request.started_at, request.finished_at)],
  ["Enqueued", time(request.enqueued_at)],
  ["Started", time(request.started_at)],
  ["Finished", time(request.finished_at)],
];

const FAILURES = {
  error: "Error", permanent: "Permanent error", timeout: "Out of time", crash: "Crash",
  unknown_type: "Unknown type", invalid_payload: "Invalid payload",
};

/** What the handler answered or, until it has succeeded, how its last attempt failed: title, text and tone. */
function answer({ status, result, error, finished_at }) {
  if (error !== null && status !== "succeeded") {
    const kind = FAILURES[error.kind] ?? error.kind;
    return [finished_at ? kind : `${kind}, last attempt`, error.message, "bad"];
  }
  return result === null ? null : ["Result", JSON.stringify(result, null, 2), "plain"];
}

export class Details {
  #session;
  #request = null;
  #seq = null;

  constructor(session, feed) {
    this.#session = session;
    feed.addEventListener("change", () => this.#follow(feed));
  }

  clear() {
    this.#seq = this.#request = null;
    say(byId("details-message"), "");
    setText(byId("details-title"), "Request");
    byId("details-status").hidden = byId("details-body").hidden = true;
    byId("details-empty").hidden = false;
  }

  /** Shows a request; `sentence` says why, where the user did not choose this one. */
  show(request, sentence = "") {
    this.#seq = request.seq;
    this.#render(request);
    this.say(sentence);
  }

  say(sentence, tone) {
    say(byId("details-message"), sentence, tone);
    byId("details").scrollIntoView({ block: "nearest" });
  }

  /** Shows the request of this number, asking for it unless it is at hand. */
  async open(seq, known) {
    this.#seq = seq;
    if (known) this.show(known);
    else await this.#load(seq, (request) => this.show(request));
  }

  async #load(seq, then) {
    try {
      const request = await this.#session.call("GET", `api/queue/requests/${seq}`);
      if (seq === this.#seq) then(request); // unless another was chosen meanwhile
    } catch (error) {
      explain(error, (sentence) => this.#miss(sentence));
    }
  }

  #miss(sentence) {
    this.clear();
    this.say(sentence, "bad");
  }

  /** Keeps an unfinished request up to date, also when the lane's window has passed it by. */
  #follow(feed) {
    if (this.#request === null || isSettled(this.#request)) return;
    const request = feed.requests.get(this.#seq);
    if (request) this.#render(request);
    else if (feed.queue.head >= this.#seq) this.#load(this.#seq, (found) => this.#render(found));
  }

  #render(request) {
    this.#request = request;
    byId("details-body").hidden = byId("details-status").hidden = false;
    byId("details-empty").hidden = true;
    setText(byId("details-title"), `Request ${number(request.seq)}`);
    setText(byId("details-status"), request.status);
    byId("details-status").dataset.status = request.status;
    byId("details-record").replaceChildren(...figures(request).filter(([, value]) => value !== null).map(pair));
    this.#answer(answer(request));
  }

  #answer(answered) {
    const [title, text, tone] = answered ?? ["", "", "plain"];
    byId("details-answer").hidden = byId("details-answer-title").hidden = answered === null;
    setText(byId("details-answer-title"), title);
    say(byId("details-answer"), text, tone);
  }
}

const pair = ([term, value]) => element("div", {}, element("dt", {}, term), element("dd", {}, value));
