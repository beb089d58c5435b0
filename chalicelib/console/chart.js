// Draws lines over time as plain SVG. What a line shows is also written beside it, for those who do not see it.
import { element } from "./dom.js";
import { timeOfDay, moment } from "./format.js";

const WIDTH = 600;
const HEIGHT = 120;
const DAY = 86_400_000;

/** A figure with one line for each series.
 * @param series [{ name, values, told }]: a value for each moment, null where there is none; `told` says them in words
 * @param write how a value is written */
export function chart(title, moments, series, write) {
  const highest = Math.max(...series.flatMap(({ values }) => values.filter((value) => value !== null)), 0);
  const words = series.map(({ name, values, told }) => `${name} ${told(values)}`);
  const lines = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img" });
  lines.setAttribute("aria-label", `${title}: ${words.join(", ")}`);
  lines.append(...series.map(({ values }, index) => svg("path", { d: path(values, highest), "data-line": index })));
  return element("figure", { className: "chart" },
    element("figcaption", {}, title),
    element("p", { className: "scale" }, highest ? write(highest) : ""),
    lines,
    element("p", { className: "scale" }, ...ends(moments).map((text) => element("span", {}, text))),
    element("ul", {}, ...words.map((text, index) => key(text, index))));
}

function key(text, index) {
  const item = element("li", {}, text);
  item.dataset.line = index;
  return item;
}

/** When the first and the last step begin, with their day if they are further apart. */
function ends(moments) {
  const [first, last] = [moments.at(0), moments.at(-1)];
  const shown = Date.parse(last) - Date.parse(first) < DAY / 2 ? timeOfDay : moment;
  return [shown(first), shown(last)];
}

/** A line is broken where there is no value; a value alone is a dot. */
function path(values, highest) {
  const across = WIDTH / Math.max(1, values.length - 1);
  const place = (value, step) => `${round(step * across)} ${round(HEIGHT - (value / (highest || 1)) * HEIGHT)}`;
  return values.map((value, step) => {
    if (value === null) return "";
    const goesOn = step > 0 && values[step - 1] !== null;
    return goesOn ? `L${place(value, step)}` : `M${place(value, step)}h0.01`;
  }).join("");
}

const round = (value) => Math.round(value * 10) / 10;

/** A node of a drawing, with these attributes. */
export function svg(tag, attributes) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}
