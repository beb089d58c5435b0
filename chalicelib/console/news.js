// Tells screen readers, and the tab's title, of what the eye sees happen: halted, held, failed, paused, drained.
import { announce } from "./dom.js";
import { named, number, requests } from "./format.js";

const TITLE = "Gurukool";
const SIGNS = { halted: "(!) Halted", held: "Held", paused: "Paused" };

export class News {
  #before = null; // { queue, kind } of the last look

  constructor(feed) {
    feed.addEventListener("change", () => this.#tell(feed));
  }

  #tell({ queue, situation }) {
    const { kind } = situation;
    document.title = SIGNS[kind] ? `${SIGNS[kind]} – ${TITLE}` : TITLE;
    const sentences = changes(this.#before ?? { queue, kind: "" }, { queue, situation });
    if (sentences.length > 0) announce(sentences.join(" "));
    this.#before = { queue, kind };
  }
}

function changes({ queue: old, kind: before }, { queue, situation: { kind, seq, request } }) {
  const failed = queue.counts.failed - old.counts.failed;
  return [
    failed > 0 && `${requests(failed)} failed.`,
    kind !== before && kind === "halted" && `The queue is halted: ${named(seq, request?.type)} has failed. Retry or skip it.`,
    kind !== before && kind === "held" && `The queue is held: ${named(seq, request?.type)} waits for another version of the service.`,
    kind !== before && kind === "paused" && "The queue is paused.",
    before === "paused" && kind !== "paused" && "The queue goes on.",
    old.depth > 0 && queue.depth === 0 && drained(queue),
  ].filter(Boolean);
}

const drained = ({ tail, counts: { succeeded, failed } }) =>
  `Your queue is drained. Of ${requests(tail)}, ${number(succeeded)} succeeded and ${number(failed)} failed.`;
