// The lane: a window of the queue as cells, moved through by mouse, touch or arrow keys.
// Fires "select" with the request's number.
import { now } from "./clock.js";
import { byId, element, setText } from "./dom.js";
import { number } from "./format.js";
import { shownStatus } from "./situation.js";
import { Slot } from "./slot.js";

const LEAST_CELLS = 18;
const LEAST_ROWS = 2;

export class Lane extends EventTarget {
  #list = byId("lane");
  #slots = new Map(); // seq → Slot, those on show
  #feed;
  #columns = 1;
  #anchor = 1; // the cell that Tab reaches
  #wanted = null; // the cell that gets the focus once the window holds it
  selected = null;

  constructor(feed, signal) {
    super();
    this.#feed = feed;
    feed.addEventListener("change", () => this.render());
    // A frame later: rendering changes the height, which an observer must not do to what it observes.
    const observer = new ResizeObserver(() => requestAnimationFrame(() => this.#measure()));
    observer.observe(this.#list);
    signal.addEventListener("abort", () => observer.disconnect());
    this.#list.addEventListener("click", (event) => this.#choose(event.target.closest(".cell")));
    this.#list.addEventListener("focusin", (event) => (this.#anchor = Number(event.target.dataset.seq)));
    this.#list.addEventListener("keydown", (event) => this.#steer(event));
    byId("earlier").addEventListener("click", () => feed.show(feed.first - feed.size));
    byId("later").addEventListener("click", () => feed.show(feed.first + feed.size));
    byId("follow").addEventListener("click", () => feed.show(feed.following ? feed.first : null));
    byId("go-to").addEventListener("submit", (event) => this.#goTo(event));
  }

  select(seq) {
    this.selected = seq;
    if (seq !== null) this.#anchor = seq;
    this.render();
  }

  reveal(seq) {
    this.#slots.get(seq)?.cell.scrollIntoView({ block: "nearest" });
  }

  render() {
    const hadFocus = this.#list.contains(document.activeElement);
    this.#place();
    const { queue, requests } = this.#feed;
    for (const slot of this.#slots.values()) {
      const request = requests.get(slot.seq);
      slot.update(request, shownStatus(request, queue, now()), queue, slot.seq === this.selected);
    }
    this.#aim(hadFocus);
    this.#summarise();
  }

  /** Adds and removes cells at the ends, never touching the others: they keep their focus and their transitions. */
  #place() {
    const { first, last } = this.#feed;
    for (const [seq, slot] of this.#slots) {
      if (seq < first || seq > last) this.#remove(seq, slot);
    }
    for (let seq = last, next = this.#list.querySelector(".ghost"); seq >= first; seq -= 1) {
      if (!this.#slots.has(seq)) this.#slots.set(seq, new Slot(seq));
      const { node } = this.#slots.get(seq);
      if (!node.isConnected) this.#list.insertBefore(node, next);
      next = node;
    }
    this.#fill(Math.max(0, last - first + 1));
  }

  #remove(seq, slot) {
    slot.node.remove();
    this.#slots.delete(seq);
  }

  /** Completes the last row with empty places, so that the lane is seen before there is anything in it. */
  #fill(count) {
    const places = Math.max(this.#columns, Math.ceil(count / this.#columns) * this.#columns) - count;
    const ghosts = this.#list.querySelectorAll(".ghost");
    for (let have = ghosts.length; have < places; have += 1) {
      this.#list.append(element("li", { className: "ghost", ariaHidden: "true" }));
    }
    [...ghosts].slice(places).forEach((ghost) => ghost.remove());
  }

  /** Keeps exactly one cell in the tab order, and the focus in the lane if it was there. */
  #aim(hadFocus) {
    if (this.#slots.has(this.#wanted)) [this.#anchor, this.#wanted] = [this.#wanted, null];
    const { first, last } = this.#feed;
    const anchor = Math.min(Math.max(this.#anchor, first), last);
    for (const { seq, cell } of this.#slots.values()) cell.tabIndex = seq === anchor ? 0 : -1;
    if (hadFocus) this.#slots.get(anchor)?.cell.focus({ preventScroll: true });
  }

  #summarise() {
    const { first, last, size, floor, following, queue } = this.#feed;
    if (queue === null) return;
    byId("pager").hidden = queue.tail - floor <= size;
    setText(byId("earlier"), `‹ ${number(first - floor - 1)} earlier`);
    setText(byId("later"), `${number(queue.tail - last)} later ›`);
    byId("earlier").disabled = first === floor + 1;
    byId("later").disabled = last === queue.tail;
    byId("follow").ariaPressed = String(following);
  }

  #measure() {
    const columns = getComputedStyle(this.#list).gridTemplateColumns.split(" ").length;
    if (columns === this.#columns) return;
    this.#columns = columns;
    this.#feed.resize(this.#columns * Math.max(LEAST_ROWS, Math.ceil(LEAST_CELLS / this.#columns)));
    this.render();
  }

  #choose(cell) {
    if (cell) this.#report(Number(cell.dataset.seq));
  }

  #steer(event) {
    const { first, last, queue, size, floor } = this.#feed;
    const at = Number(event.target.dataset.seq);
    const step = {
      ArrowRight: 1, ArrowLeft: -1, ArrowDown: this.#columns, ArrowUp: -this.#columns,
      Home: first - at, End: last - at, PageDown: size, PageUp: -size,
    }[event.key];
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.#focus(Math.min(Math.max(at + step, floor + 1), queue.tail));
  }

  /** Puts the focus on a number's cell; one that is not on show comes with the next look at the queue. */
  #focus(seq) {
    this.#wanted = seq;
    const { first, last, size } = this.#feed;
    if (seq >= first && seq <= last) this.render();
    else this.#feed.show(seq < first ? seq - size + 1 : seq);
  }

  #goTo(event) {
    event.preventDefault();
    const { floor, size, queue } = this.#feed;
    const seq = Math.min(Math.max(event.target.elements.seq.valueAsNumber, floor + 1), queue.tail);
    this.#feed.show(seq - Math.floor(size / 3));
    this.#report(seq);
  }

  #report(seq) {
    this.select(seq);
    this.dispatchEvent(new CustomEvent("select", { detail: seq }));
  }
}
