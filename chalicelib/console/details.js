// One request: the cell that was chosen, or the outcome that was just dequeued. Fires "open" with its number, and "shown"
// once it is on show. Fires "trace" with the id of the trace that somebody wants to see.
import { explain } from "./api.js";
import { now } from "./clock.js";
import { awaitNews, byId, element, press, say, setText } from "./dom.js";
import { Events } from "./events.js";
import { isSettled } from "./feed.js";
import { number } from "./format.js";
import { answer, rows, statusInWords } from "./record.js";
import { shownStatus } from "./situation.js";

/** What can be done to a request in this state: [label, act]. */
const OFFERS = {
  queued: [["Cancel request", "cancel"]],
  retrying: [["Cancel request", "cancel"]],
  scheduled: [["Cancel request", "cancel"]],
  sleeping: [["Cancel request", "cancel"]],
  awaiting: [["Cancel request", "cancel"]],
  running: [["Stop request", "stop"]],
  halted: [["Retry", "retry"], ["Skip", "skip"]],
  held: [["Look again", "retry"], ["Skip", "skip"], ["Cancel request", "cancel"]],
  failed: [["Send again", "sendAgain"]],
};
const UNSURE = "It is not known whether the request was sent again. Look at the end of the lane before you send it once more.";

export class Details extends EventTarget {
  #session;
  #feed;
  #actions;
  #events;
  #request = null;
  #seq = null;
  #offered = "";
  #revealed = null;

  constructor(session, feed, actions) {
    super();
    [this.#session, this.#feed, this.#actions, this.#events] = [session, feed, actions, new Events(session)];
    feed.addEventListener("change", () => this.#follow());
    byId("details-previous").addEventListener("click", () => this.open(this.#seq - 1));
    byId("details-next").addEventListener("click", () => this.open(this.#seq + 1));
    byId("details-close").addEventListener("click", () => this.close());
    byId("copy").addEventListener("click", () => this.#copy());
    byId("copy").hidden = !navigator.clipboard;
    byId("details-trace").addEventListener("click", () => this.#fire("trace", this.#request.trace_id));
    byId("details-origin").addEventListener("click", () => this.open(this.#request.origin));
  }

  /** Shows the request of this number: at once what the lane knows, then the rest. */
  async open(seq) {
    this.#choose(seq);
    this.say("");
    const known = this.#feed.requests.get(seq);
    if (known) this.#render(known);
    await this.#load(seq);
  }

  /** Shows an outcome; `sentence` says where it comes from. */
  async show(outcome, sentence) {
    this.#choose(outcome.seq);
    this.#render(outcome);
    this.say(sentence);
    await this.#load(outcome.seq);
  }

  close() {
    this.#choose(null);
    this.#request = this.#revealed = null;
    this.say("");
    byId("details").dataset.open = "no";
    byId("details-body").hidden = byId("details-status").hidden = byId("details-steps").hidden = true;
    byId("details-empty").hidden = false;
    setText(byId("details-title"), "Request");
  }

  say(sentence, tone, problem) {
    say(byId("details-message"), sentence, tone, problem);
    if (sentence) byId("details-title").scrollIntoView({ block: "nearest" });
  }

  #choose(seq) {
    if (seq === this.#seq) return;
    this.#seq = seq;
    this.#request = null;
    this.#events.follow(null);
    this.#fire("open", seq);
  }

  async #load(seq) {
    try {
      const request = await this.#session.call("GET", `api/queue/requests/${seq}`);
      if (seq === this.#seq) this.#render(request); // unless another was chosen meanwhile
    } catch (error) {
      explain(error, (sentence, problem) => this.#miss(seq, sentence, problem));
    }
  }

  #miss(seq, sentence, problem) {
    if (seq !== this.#seq) return;
    if (problem.status === 404) {
      this.close();
      this.say(`Request ${number(seq)} is not available any more.`);
    } else {
      this.say(sentence, "bad", problem);
    }
  }

  /** Keeps an unfinished request up to date, also when the lane's window has passed it by. */
  #follow() {
    if (this.#seq !== null && this.#seq <= this.#feed.floor) this.close();
    if (this.#request === null || isSettled(this.#request)) return;
    const { requests, queue, situation } = this.#feed;
    const known = requests.get(this.#seq) ?? [situation.request].find((head) => head?.seq === this.#seq);
    if (known) this.#render(known);
    else if (queue.head >= this.#seq) this.#load(this.#seq);
  }

  /** Lists have no payload and no policy: what is known of them stays. */
  #render(request) {
    this.#request = { ...this.#request, ...request };
    const status = shownStatus(this.#request, this.#feed.queue, now());
    byId("details").dataset.open = "yes";
    byId("details-body").hidden = byId("details-status").hidden = byId("details-steps").hidden = false;
    byId("details-empty").hidden = true;
    setText(byId("details-title"), `Request ${number(request.seq)}`);
    setText(byId("details-status"), statusInWords(status));
    byId("details-status").dataset.status = status;
    byId("details-record").replaceChildren(...rows(this.#request, status, now()).map(pair));
    this.#events.follow(this.#request);
    this.#texts();
    this.#offer(status);
    this.#arrange();
    if (this.#revealed !== this.#seq) this.#reveal();
  }

  /** Both the panel and the cell it tells of are to be in sight; on a phone the panel is a sheet over the lane. */
  #reveal() {
    this.#revealed = this.#seq;
    byId("details-title").scrollIntoView({ block: "nearest" });
    this.#fire("shown", this.#seq);
  }

  #texts() {
    const { payload, payload_upload: upload, origin } = this.#request;
    text("details-answer", ...(answer(this.#request) ?? []));
    const shown = upload ? `uploaded, ${number(upload.bytes)} bytes` : JSON.stringify(payload, null, 2);
    text("details-payload", ...(payload === undefined ? [] : ["Payload", shown]));
    byId("details-upload").hidden = !upload?.url;
    if (upload?.url) byId("details-upload").href = upload.url;
    byId("details-trace").hidden = !(this.#session.isAdmin && this.#request.trace_id);
    byId("details-origin-row").hidden = origin === null;
    setText(byId("details-origin"), `request ${number(origin)}`);
  }

  /** New buttons only when others are needed: a button keeps its focus and its being busy. */
  #offer(status) {
    const { stop_requested_at: stopping } = this.#request;
    const offered = `${this.#seq} ${status} ${stopping}`;
    if (offered === this.#offered) return;
    this.#offered = offered;
    const buttons = (stopping ? [] : (OFFERS[status] ?? [])).map(([label, act]) => this.#button(label, act, this.#seq));
    byId("details-actions").replaceChildren(...buttons);
  }

  #button(label, act, seq) {
    const button = element("button", { type: "button", className: "secondary" }, label);
    button.addEventListener("click", () => press(button, byId("details-message"), () => this.#do(act, seq)));
    return button;
  }

  /** By the time of the answer another request may be on show, or none: then the answer is told, but not shown. */
  async #do(act, seq) {
    const told = (sentence) => (this.#seq === seq ? sentence : `Request ${number(seq)}: ${sentence}`);
    try {
      const request = await this.#actions[act](seq);
      const again = request.seq === seq ? null : `Sent again, as request ${number(request.seq)}.`;
      if (again && this.#seq === seq) await this.show(request, again);
      else if (again) this.say(told(again));
      else if (this.#seq === seq) this.#render(request);
    } catch (error) {
      explain(error, (sentence, problem) => {
        if (act !== "sendAgain" || !problem.unsure) this.say(told(sentence), "bad", problem);
        else this.say(told(`${sentence} ${UNSURE}`), "bad"); // that stays true when the service answers again
      });
    }
  }

  #arrange() {
    const { floor, queue } = this.#feed;
    byId("details-previous").disabled = this.#seq <= floor + 1;
    byId("details-next").disabled = this.#seq >= (queue?.tail ?? 0);
  }

  #fire(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  async #copy() {
    awaitNews(byId("details-message"));
    await navigator.clipboard.writeText(JSON.stringify(this.#request, null, 2));
    this.say("Copied.");
  }
}

const pair = ([term, value]) => element("div", {}, element("dt", {}, term), element("dd", {}, value));

/** Fills a text and its title, or hides both. */
function text(id, title = "", content = null, tone = "plain") {
  byId(id).hidden = byId(`${id}-title`).hidden = content === null;
  setText(byId(`${id}-title`), title);
  say(byId(id), content ?? "", tone);
}
