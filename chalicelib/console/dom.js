// The few helpers every view uses. Text only, never markup: the page's trusted types forbid anything else.
import { explain } from "./api.js";

export const byId = (id) => document.getElementById(id);

/** A new element with these properties (not attributes) and children. */
export function element(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

/** The status's glyph, drawn from the page's own symbols. */
export function glyph(status) {
  const name = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(name, "svg");
  const use = svg.appendChild(document.createElementNS(name, "use"));
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#glyph-${status}`);
  return svg;
}

/** Writes only what differs, so that an unchanged view costs no layout and a live region stays silent. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** @param {"bad" | "plain"} tone
 * @param problem where the sentence tells of one: what passes by itself is wiped at the next good look */
export function say(node, sentence, tone = "plain", problem = null) {
  node.dataset.tone = tone;
  node.toggleAttribute("data-passing", problem?.passing === true);
  if (awaiting.delete(node)) node.textContent = anew(sentence, node.textContent);
  else if (node.textContent !== sentence + AGAIN) setText(node, sentence);
}

const AGAIN = "\u00a0"; // a space that nobody sees
const awaiting = new WeakSet(); // messages whose next sentence is news

/** The user has set something going: what is said of it is news, even if it is the sentence that was said before. */
export const awaitNews = (node) => awaiting.add(node);

/** Screen readers tell only of text that changes. */
const anew = (sentence, shown) => (sentence && sentence === shown ? sentence + AGAIN : sentence);

/** The service answers again: what was said because it did not is no longer true. */
export function wipePassing() {
  for (const node of document.querySelectorAll("[data-passing]")) say(node, "");
}

/** Tells screen readers what the eye sees happen elsewhere on the page. */
export function announce(sentence) {
  const announcer = byId("announcer");
  announcer.textContent = anew(sentence, announcer.textContent);
}

/** Does what a button says, once at a time. The button is busy meanwhile; what goes wrong is said in `message`. */
export async function press(button, message, work) {
  if (button.ariaBusy === "true") return;
  button.ariaBusy = "true";
  awaitNews(message);
  try {
    await work();
  } catch (error) {
    explain(error, (sentence, problem) => say(message, sentence, "bad", problem));
  } finally {
    button.ariaBusy = "false";
  }
}
