// Finds requests by status and type, in all that is kept: a list under the lane. What is looked for stands in the page's
// address, so that it is still there when the page is loaded again. Fires "select" with a request's number.
import { explain } from "./api.js";
import { byId, element, glyph, press, say } from "./dom.js";
import { named, requests, time } from "./format.js";

const PAGE = 20;
const NAMES = ["status", "type"];

export class Finder extends EventTarget {
  #session;
  #form = byId("find-form");
  #list = byId("found");
  #more = byId("found-more");
  #message = byId("found-message");
  #search = new AbortController(); // ends what the search before has set going
  #next = null; // the number to go on after; null if there is nothing more

  constructor(session) {
    super();
    this.#session = session;
    const { signal } = session;
    this.#form.addEventListener("change", () => this.#ask());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#ask();
    });
    this.#more.addEventListener("click", () => press(this.#more, this.#message, () => this.#read()));
    this.#list.addEventListener("click", ({ target }) => this.#choose(target.closest("button")));
    addEventListener("hashchange", () => this.#follow(), { signal });
    signal.addEventListener("abort", () => keep({})); // the next user of the page is to learn nothing
    this.#follow();
  }

  /** Looks for what the form says, and keeps that in the address. */
  #ask() {
    const wanted = Object.fromEntries(NAMES.map((name) => [name, this.#form.elements[name].value.trim()]));
    keep(wanted);
    this.#find();
  }

  /** Looks for what the address says. */
  #follow() {
    const address = fragment();
    for (const name of NAMES) this.#form.elements[name].value = address.get(name) ?? "";
    if (isAny(address)) byId("finder").open = true;
    this.#find();
  }

  async #find() {
    this.#search.abort();
    this.#search = new AbortController();
    this.#list.replaceChildren();
    this.#more.hidden = true;
    say(this.#message, "");
    if (!isAny(fragment())) return;
    this.#next = 0;
    try {
      await this.#read();
    } catch (error) {
      explain(error, (sentence, problem) => say(this.#message, told(sentence, problem), "bad"));
    }
  }

  /** Appends the next page. A page may be empty although more follow. */
  async #read() {
    const { signal } = this.#search;
    const query = new URLSearchParams({ limit: PAGE });
    for (const name of NAMES) if (fragment().get(name)) query.set(name, fragment().get(name));
    let page = null;
    while (!page?.requests.length && this.#next !== null) {
      query.set("after", this.#next);
      page = await this.#session.call("GET", `api/queue/requests?${query}`, { signal });
      this.#next = page.next;
    }
    this.#show(page?.requests ?? []);
  }

  #show(found) {
    const first = this.#list.childElementCount;
    this.#list.append(...found.map(row));
    const count = this.#list.childElementCount;
    this.#more.hidden = this.#next === null;
    say(this.#message, count ? `${requests(count)} found${this.#more.hidden ? "" : " so far"}.` : "No request is like this.");
    if (first) (this.#list.children[first] ?? this.#list.lastElementChild).firstElementChild.focus(); // the button may be gone
  }

  #choose(button) {
    if (button) this.dispatchEvent(new CustomEvent("select", { detail: Number(button.dataset.seq) }));
  }
}

const fragment = () => new URLSearchParams(location.hash.slice(1));

const isAny = (address) => NAMES.some((name) => address.get(name));

/** Changes these parts of the fragment and no others: a visit has its token there. */
function keep(wanted) {
  const address = fragment();
  for (const name of NAMES) {
    if (wanted[name]) address.set(name, wanted[name]);
    else address.delete(name);
  }
  history.replaceState(null, "", address.size ? `#${address}` : location.pathname + location.search);
}

const told = (sentence, { faults }) => [sentence, ...faults.map(({ message }) => message)].join("\n");

function row({ seq, type, status, finished_at: ended, enqueued_at: sent }) {
  const words = element("span", {}, `${named(seq, type)}, ${status}`);
  const at = element("span", { className: "at" }, time(ended ?? sent));
  const button = element("button", { type: "button", className: "quiet" }, glyph(status), words, at);
  button.dataset.seq = seq;
  button.dataset.status = status;
  return element("li", {}, button);
}
