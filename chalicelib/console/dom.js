// The few helpers every view uses. Text only, never markup: the page's trusted types forbid anything else.

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

/** @param {"bad" | "plain"} tone */
export function say(node, sentence, tone = "plain") {
  node.dataset.tone = tone;
  setText(node, sentence);
}

/** Tells screen readers what the eye sees happen elsewhere on the page. */
export const announce = (sentence) => setText(byId("announcer"), sentence);
