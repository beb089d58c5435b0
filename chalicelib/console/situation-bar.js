// Says in words what goes on in the queue, and offers there and then what can be done about it.
import { explain } from "./api.js";
import { everySecond, now } from "./clock.js";
import { byId, element, glyph, press, say, setText } from "./dom.js";
import { number } from "./format.js";
import { sentences } from "./sentences.js";

const OFFERS = {
  paused: [["Resume", "resume"]],
  halted: [["Retry", "retry"], ["Skip", "skip"]],
  held: [["Look again", "retry"], ["Cancel request", "cancel"]],
  retrying: [["Cancel request", "cancel"]],
  scheduled: [["Cancel request", "cancel"]],
  sleeping: [["Cancel request", "cancel"]],
  awaiting: [["Cancel request", "cancel"]],
  paced: [["Cancel request", "cancel"]],
};
const GLYPHS = { starting: "queued", unattended: "scheduled", paced: "scheduled", hole: "queued", idle: "succeeded", empty: "queued" };
const HINTS = {
  retry: "Runs the request again, in its place.",
  "Look again": "Checks now whether the version in use can carry the request out.",
  skip: "Marks the request as failed; the next request runs.",
};

export class SituationBar {
  #feed;
  #actions;
  #shown = ""; // which buttons are there
  #message = byId("situation-message");
  #refusal = null; // the queue's state in which an administrator's pause could not be ended

  constructor(feed, actions, signal) {
    this.#feed = feed;
    this.#actions = actions;
    feed.addEventListener("change", () => this.#show());
    everySecond(() => this.#show(), signal);
  }

  #show() {
    const { situation, queue } = this.#feed;
    if (situation === null) return;
    if (queue.state !== this.#refusal) this.#refusal = null;
    const { title, detail, error } = sentences(situation, queue, now(), this.#refusal !== null);
    byId("situation").dataset.kind = situation.kind;
    setText(byId("situation-title"), title);
    setText(byId("situation-detail"), detail);
    setText(byId("situation-error"), error ?? "");
    this.#offer(situation);
  }

  /** New buttons only when others are needed: a button keeps its focus and its being busy. */
  #offer({ kind, seq }) {
    const shown = `${kind} ${seq} ${this.#refusal}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    const offers = this.#refusal ? [] : (OFFERS[kind] ?? []);
    const hadFocus = byId("situation-actions").contains(document.activeElement);
    byId("situation-glyph").replaceChildren(glyph(GLYPHS[kind] ?? kind));
    byId("situation-actions").replaceChildren(...offers.map((offer) => this.#button(offer, seq)));
    say(this.#message, "");
    if (hadFocus) byId("queue-title").focus();
  }

  #button([label, act], seq) {
    const button = element("button", { type: "button", className: "secondary", title: HINTS[label] ?? HINTS[act] ?? "" }, label);
    button.addEventListener("click", () => press(button, this.#message, () => this.#do(act, seq)));
    return button;
  }

  async #do(act, seq) {
    const shown = this.#shown;
    try {
      await this.#actions[act](seq);
    } catch (error) {
      if (error.code === "paused_by_administrator") this.#refuse();
      else if (shown === this.#shown || seq === null) throw error;
      else explain(error, (sentence) => say(this.#message, `Request ${number(seq)}: ${sentence}`, "bad")); // no longer on show
    }
  }

  #refuse() {
    this.#refusal = this.#feed.queue.state;
    this.#show();
  }
}
