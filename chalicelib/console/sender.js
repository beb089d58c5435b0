// The form that sends one request, or a burst of them in one call.
import { explain } from "./api.js";
import { awaitNews, byId, element, press, say } from "./dom.js";
import { clearFaults, showFaults } from "./faults.js";
import { number, requests } from "./format.js";
import { call, fieldsAsJson, hasFields, order } from "./order.js";
import { typesOf } from "./types.js";

const UNSURE = "It is not known whether the request was accepted. “Try again” never sends it twice.";
const GIVEN_UP = "Given up. It may have been accepted all the same.";

export class Sender {
  #form = byId("send-form");
  #fields = this.#form.elements;
  #message = byId("send-message");
  #again = byId("send-again");
  #giveUp = byId("send-give-up");
  #session;
  #feed;
  #types = null; // Map from type to the payload's skeleton
  #learning = false;
  #raw = false; // whether the user writes JSON for a type that has fields of its own
  #line = []; // the calls of what was pressed, in order: the first is being sent, or its answer did not come (`unsure`)

  constructor(session, feed) {
    [this.#session, this.#feed] = [session, feed];
    this.#fields.type.addEventListener("change", () => this.#turn(false));
    byId("as-json").addEventListener("click", () => this.#turn(!this.#raw));
    this.#again.addEventListener("click", () => press(this.#again, this.#message, () => this.#advance()));
    this.#giveUp.addEventListener("click", () => this.#forget());
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
    if (this.#line.length > 0 && !this.#isBusy) say(this.#message, [UNSURE, this.#behind].filter(Boolean).join(" "));
  }

  get #isBusy() {
    return this.#form.ariaBusy === "true";
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
    awaitNews(this.#message);
    try {
      this.#line.push({ ...call(order(this.#fields, this.#raw), count), unsure: false });
      this.#advance();
    } catch (error) {
      explain(error, (sentence, { faults }) => say(this.#message, this.#refusal(sentence, faults), "bad"));
    }
  }

  /** Sends the line, call by call. One whose answer does not come holds those behind it, until another try is answered or the
   * user gives it up. */
  async #advance() {
    if (this.#isBusy) return;
    this.#form.ariaBusy = "true";
    const refusals = new Set(); // stay on show when what was pressed after them is accepted
    try {
      while (this.#line.length > 0 && (await this.#send(this.#line[0], refusals))) this.#line.shift();
    } finally {
      this.#form.ariaBusy = "false";
      this.#offer();
    }
  }

  /** Whether it is known what has become of the call. */
  async #send(next, refusals) {
    const { path, json, key } = next;
    try {
      const answer = await this.#session.call("POST", path, { json, key });
      next.unsure = false;
      if (refusals.size === 0) clearFaults(this.#form);
      say(this.#message, [...refusals, summary(answer.requests ?? [answer])].join("\n"), refusals.size ? "bad" : "plain");
      this.#feed.nudge();
    } catch (error) {
      // A further try that is refused because there are too many says nothing of the first one.
      next.unsure = error.unsure === true || (next.unsure && error.status === 429);
      explain(error, (sentence, { faults }) => {
        refusals.add(this.#refusal(sentence, faults));
        say(this.#message, [...refusals, next.unsure && this.#behind].filter(Boolean).join("\n"), "bad");
      });
    }
    return !next.unsure;
  }

  #refusal(sentence, faults) {
    return [sentence, ...showFaults(this.#form, faults)].join("\n");
  }

  /** How many wait for the call whose answer did not come. */
  get #behind() {
    const count = this.#line.slice(1).reduce((sum, each) => sum + each.count, 0);
    return count > 0 ? `${requests(count)} ${count === 1 ? "waits" : "wait"} behind it.` : "";
  }

  #forget() {
    if (this.#isBusy) return;
    this.#line.shift();
    say(this.#message, GIVEN_UP);
    this.#advance();
  }

  #offer() {
    const isHeld = this.#line.length > 0;
    if (!isHeld && [this.#again, this.#giveUp].includes(document.activeElement)) this.#form.querySelector(".primary").focus();
    this.#again.hidden = this.#giveUp.hidden = !isHeld;
  }
}

function summary(accepted) {
  const [first, last] = [accepted[0], accepted.at(-1)].map(({ seq }) => number(seq));
  if (accepted.length === 1) return `Request ${first} was accepted.`;
  return `${requests(accepted.length)} were accepted, numbers ${first} to ${last}.`;
}
