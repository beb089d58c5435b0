// The form that sends one request, or a burst of them in one call.
import { explain } from "./api.js";
import { byId, element, press, say } from "./dom.js";
import { clearFaults, showFaults } from "./faults.js";
import { number, requests } from "./format.js";
import { call, fieldsAsJson, hasFields, order } from "./order.js";
import { typesOf } from "./types.js";

const UNSURE = "It is not known whether the last request was accepted. “Try again” never sends a request twice.";

export class Sender {
  #form = byId("send-form");
  #fields = this.#form.elements;
  #message = byId("send-message");
  #again = byId("send-again");
  #session;
  #feed;
  #types = null; // Map from type to the payload's skeleton
  #learning = false;
  #raw = false; // whether the user writes JSON for a type that has fields of its own
  #line = Promise.resolve(); // what was pressed before and is still being sent
  #lost = null; // the call whose answer did not come

  constructor(session, feed) {
    [this.#session, this.#feed] = [session, feed];
    this.#fields.type.addEventListener("change", () => this.#turn(false));
    byId("as-json").addEventListener("click", () => this.#turn(!this.#raw));
    this.#again.addEventListener("click", () => press(this.#again, this.#message, () => this.#send(this.#lost)));
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit(Number(event.submitter?.value ?? 1));
    });
    feed.addEventListener("trouble", ({ detail }) => detail === null && this.#recover());
    this.#learn();
  }

  /** Which types there are. Until that is known nothing can be sent. */
  async #learn() {
    if (this.#learning) return;
    this.#learning = true;
    try {
      this.#types = typesOf(await this.#session.call("GET", "api/openapi.json"));
      const options = () => [...this.#types.keys()].map((type) => element("option", { value: type }, type));
      this.#fields.type.replaceChildren(...options());
      byId("types").replaceChildren(...options());
      byId("send-fields").disabled = false;
      this.#turn(false);
    } catch (error) {
      explain(error, (sentence, problem) => say(this.#message, `The types cannot be read. ${sentence}`, "bad", problem));
    } finally {
      this.#learning = false;
    }
  }

  /** The service answers again. */
  #recover() {
    if (this.#types === null) this.#learn();
    if (this.#lost) say(this.#message, UNSURE);
  }

  /** Shows the fields of the chosen type, or its payload as JSON. Hidden fields are disabled: neither checked nor
   * reached. */
  #turn(raw) {
    const { type, json } = this.#fields;
    this.#raw = raw || !hasFields(type.value);
    json.value = raw ? fieldsAsJson(this.#fields) : (this.#types.get(type.value) ?? "{}");
    const shown = this.#raw ? "json" : type.value;
    for (const fields of this.#form.querySelectorAll(".payload")) {
      fields.hidden = fields.disabled = fields.dataset.fields !== shown;
    }
    byId("as-json").hidden = !hasFields(type.value);
    byId("as-json").textContent = this.#raw ? "Use the form" : "Write JSON";
    clearFaults(this.#form);
  }

  /** Sends what the form holds now, after whatever was pressed earlier: requests keep the order of the presses. */
  #submit(count) {
    try {
      const next = call(order(this.#fields, this.#raw), count);
      const send = () => this.#send(next);
      this.#line = this.#line.then(send, send);
    } catch (error) {
      explain(error, (...told) => this.#refuse(...told));
    }
  }

  async #send(next) {
    this.#form.ariaBusy = "true";
    try {
      const { path, json, key } = next;
      const answer = await this.#session.call("POST", path, { json, key });
      this.#offer(null);
      clearFaults(this.#form);
      say(this.#message, summary(answer.requests ?? [answer]));
      this.#feed.nudge();
    } catch (error) {
      explain(error, (...told) => this.#refuse(...told, next));
    } finally {
      this.#form.ariaBusy = "false";
    }
  }

  #refuse(sentence, problem, next = null) {
    const lines = showFaults(this.#form, problem.faults);
    say(this.#message, [sentence, ...lines].join("\n"), "bad");
    this.#offer(problem.passing ? next : null);
  }

  #offer(lost) {
    this.#lost = lost;
    this.#again.hidden = lost === null;
  }
}

function summary(accepted) {
  const [first, last] = [accepted[0], accepted.at(-1)].map(({ seq }) => number(seq));
  if (accepted.length === 1) return `Request ${first} was accepted.`;
  return `${requests(accepted.length)} were accepted, numbers ${first} to ${last}.`;
}
