// The form that sends one request, or a burst of them. Fires "sent" as soon as there is something to watch, and at the end.
import { Problem } from "./api.js";
import { byId, say } from "./dom.js";
import { number, requests } from "./format.js";

/** From the form's fields to the body of an enqueue; the handler's name is the type but for raw JSON. */
const bodies = {
  echo: (fields) => ({ type: "echo", payload: { message: fields.message.value } }),
  sleep: (fields) => ({ type: "sleep", payload: { seconds: fields.seconds.valueAsNumber } }),
  fail: (fields) => ({ type: "fail", payload: { times: fields.times.valueAsNumber } }),
  json: (fields) => ({ type: fields.type.value.trim(), payload: parse(fields.json.value) }),
};

/** Throws a Problem that says how to put it right; the parser's own words differ from browser to browser. */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem(0, 'The payload is not JSON. Write it like {"message": "hello"}, with double quotes.');
  }
}

export class Sender extends EventTarget {
  #form = byId("send-form");
  #message = byId("send-message");
  #progress = byId("send-progress");
  #session;
  #busy = false;

  constructor(session) {
    super();
    this.#session = session;
    this.#form.addEventListener("change", () => this.#arrange());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!this.#busy) this.#submit(Number(event.submitter?.value ?? 1));
    });
  }

  clear() {
    this.#form.reset();
    this.#arrange();
    say(this.#message, "");
  }

  /** Shows the fields of the chosen handler; the others are disabled, so they are neither checked nor reached. */
  #arrange() {
    for (const fields of this.#form.querySelectorAll(".payload")) {
      fields.hidden = fields.disabled = fields.dataset.handler !== this.#form.elements.handler.value;
    }
  }

  async #submit(count) {
    const accepted = [];
    this.#setBusy(true);
    this.#progress.max = count;
    this.#progress.hidden = count === 1;
    say(this.#message, "");
    try {
      await this.#send(bodies[this.#form.elements.handler.value](this.#form.elements), count, accepted);
      say(this.#message, summary(accepted));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (this.#session.live) this.#complain(error, accepted, count);
    } finally {
      this.#setBusy(false);
      this.#progress.hidden = true;
      if (accepted.length > 1) this.dispatchEvent(new Event("sent"));
    }
  }

  /** One after the other, so that the numbers follow the order of sending. */
  async #send(body, count, accepted) {
    while (accepted.length < count) {
      this.#progress.value = accepted.length;
      accepted.push((await this.#session.call("POST", "api/queue/enqueue", { body })).seq);
      if (accepted.length === 1) this.dispatchEvent(new Event("sent"));
    }
  }

  #complain(problem, accepted, count) {
    const kept = accepted.length > 0 ? `${accepted.length} of ${count} were accepted, then this happened.\n` : "";
    const wait = problem.retryAfter ? `\nTry again in ${problem.retryAfter} s.` : "";
    say(this.#message, kept + problem.message + wait, "bad");
  }

  #setBusy(busy) {
    this.#busy = busy;
    for (const button of this.#form.querySelectorAll("button")) button.ariaDisabled = String(busy);
  }
}

function summary(accepted) {
  const [first, last] = [accepted[0], accepted.at(-1)].map(number);
  if (accepted.length === 1) return `Request ${first} was accepted.`;
  return `${requests(accepted.length)} were accepted, numbers ${first} to ${last}.`;
}
