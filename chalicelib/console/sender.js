// The form that sends one request, or a burst of them.
// Fires "sent" as soon as there is something to watch, and at the end of a burst.
import { Problem, explain } from "./api.js";
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
  #line = Promise.resolve(); // what was pressed before and is still being sent

  constructor(session) {
    super();
    this.#session = session;
    this.#form.addEventListener("change", () => this.#arrange());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit(Number(event.submitter?.value ?? 1), session.signal);
    });
  }

  clear() {
    this.#form.reset();
    this.#arrange();
    this.#progress.hidden = true;
    say(this.#message, "");
  }

  /** Shows the fields of the chosen handler; the others are disabled, so they are neither checked nor reached. */
  #arrange() {
    for (const fields of this.#form.querySelectorAll(".payload")) {
      fields.hidden = fields.disabled = fields.dataset.handler !== this.#form.elements.handler.value;
    }
  }

  /** Sends what the form holds now, after whatever was pressed earlier: requests keep the order of the presses. */
  #submit(count, signal) {
    try {
      const body = bodies[this.#form.elements.handler.value](this.#form.elements);
      const send = () => this.#send(body, count, signal);
      this.#line = this.#line.then(send, send);
    } catch (error) {
      explain(error, (sentence) => say(this.#message, sentence, "bad"));
    }
  }

  async #send(body, count, signal) {
    const accepted = [];
    this.#progress.max = count;
    this.#progress.hidden = count === 1;
    try {
      await this.#enqueue(body, count, signal, accepted);
      say(this.#message, summary(accepted));
    } catch (error) {
      explain(error, (sentence) => say(this.#message, partly(accepted, count) + sentence, "bad"));
    }
    this.#progress.hidden = true;
    if (accepted.length > 1) this.dispatchEvent(new Event("sent"));
  }

  /** One call after the other, so that the numbers follow the order of sending. */
  async #enqueue(body, count, signal, accepted) {
    while (accepted.length < count) {
      this.#progress.value = accepted.length;
      accepted.push((await this.#session.call("POST", "api/queue/enqueue", { body, signal })).seq);
      if (accepted.length === 1) this.dispatchEvent(new Event("sent"));
    }
  }
}

const partly = (accepted, count) =>
  accepted.length > 0 ? `${accepted.length} of ${count} were accepted, then this happened.\n` : "";

function summary(accepted) {
  const [first, last] = [accepted[0], accepted.at(-1)].map(number);
  if (accepted.length === 1) return `Request ${first} was accepted.`;
  return `${requests(accepted.length)} were accepted, numbers ${first} to ${last}.`;
}
