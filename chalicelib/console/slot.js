// One place of the lane: the cell of a request and, under it, its piece of each cursor's rail.
import { element, glyph, setText } from "./dom.js";
import { number } from "./format.js";

const CURSORS = ["tail", "head", "read"];
const LONG = 10_000; // from here on a number needs smaller type to fit its cell

export class Slot {
  #label = element("span");
  #rails = CURSORS.map((cursor) => {
    const rail = element("span", { className: "rail", ariaHidden: "true" });
    rail.dataset.cursor = cursor;
    return rail;
  });

  constructor(seq) {
    this.seq = seq;
    this.cell = element("button", { type: "button", className: "cell", tabIndex: -1 }, this.#label);
    this.cell.dataset.seq = seq;
    if (seq >= LONG) this.cell.dataset.digits = "long";
    setText(this.#label, String(seq));
    this.node = element("li", { className: "slot" }, this.cell, ...this.#rails);
  }

  /** `status` as shownStatus gives it. */
  update(request, status, cursors, selected) {
    this.#show(status, request?.type);
    this.cell.ariaPressed = String(selected);
    this.#rails.forEach((rail, index) => this.#reach(rail, cursors[CURSORS[index]]));
  }

  #show(status, type) {
    if (this.cell.dataset.status === status) return;
    this.cell.dataset.status = status;
    this.cell.replaceChildren(glyph(status), this.#label);
    this.cell.ariaLabel = ["Request " + number(this.seq), type, status].filter(Boolean).join(", ");
    this.cell.title = this.cell.ariaLabel;
  }

  #reach(rail, cursor) {
    if (cursor === this.seq) rail.dataset.reach = "end";
    else if (cursor > this.seq) rail.dataset.reach = "on";
    else delete rail.dataset.reach;
  }
}
