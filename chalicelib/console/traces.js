// What one call has caused, over all services, for administrators: a table with a bar for each span.
import { explain } from "./api.js";
import { svg } from "./chart.js";
import { awaitNews, byId, element, say } from "./dom.js";
import { number, time } from "./format.js";

const ID = /1-[0-9a-f]{8}-[0-9a-f]{24}|[0-9a-f]{32}/; // also where it is a part of a traceparent
const COLUMNS = ["Span", "When", "Service", "About"];
const WIDTH = 1000;

export class Traces {
  #session;
  #panel = byId("traces");
  #form = byId("trace-form");
  #reading = new AbortController(); // ends the call before

  constructor(session, feed, details) {
    this.#session = session;
    feed.addEventListener("change", () => (this.#panel.hidden = !session.isAdmin)); // its token is there by then
    details.addEventListener("trace", ({ detail }) => this.#open(detail));
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#read();
    });
  }

  #open(id) {
    this.#form.elements.trace.value = id;
    this.#panel.open = true;
    this.#panel.scrollIntoView({ block: "start" });
    this.#read();
  }

  async #read() {
    this.#reading.abort();
    const reading = (this.#reading = new AbortController());
    byId("trace").replaceChildren();
    awaitNews(byId("trace-message"));
    const [id] = ID.exec(this.#form.elements.trace.value.toLowerCase()) ?? [];
    this.#form.ariaBusy = String(id !== undefined);
    if (!id) return say(byId("trace-message"), "An id of a trace has 32 hexadecimal digits.", "bad");
    say(byId("trace-message"), "");
    try {
      this.#show(await this.#session.call("GET", `api/admin/traces/${id}`, { signal: reading.signal }));
    } catch (error) {
      explain(error, (sentence) => say(byId("trace-message"), sentence, "bad"));
    } finally {
      if (this.#reading === reading) this.#form.ariaBusy = "false";
    }
  }

  #show(trace) {
    say(byId("trace-message"), `${spans(trace.spans.length)}, ${milliseconds(trace.took_ms)} in all.`);
    const names = new Map(trace.spans.map(({ id, name }) => [id, name]));
    const head = element("tr", {}, ...COLUMNS.map((name) => element("th", { scope: "col" }, name)));
    byId("trace").replaceChildren(element("table", {},
      element("caption", {}, `Trace ${trace.trace_id}, begun at ${time(trace.begun_at)}`),
      element("thead", {}, head),
      element("tbody", {}, ...trace.spans.map((span) => row(span, names.get(span.parent_id), trace.took_ms)))));
  }
}

const spans = (count) => (count === 1 ? "1 span" : `${number(count)} spans`);
const milliseconds = (value) => `${number(value)} ms`;

/** `whole` is the name of the span that it is a part of, for those who do not see how far it is indented. */
function row({ name, depth, after_ms: after, took_ms: took, service, failed, attributes }, whole, total) {
  const title = element("th", { scope: "row" }, name);
  title.style.setProperty("--depth", depth);
  if (whole) title.append(element("span", { className: "visually-hidden" }, `, part of ${whole}`));
  if (failed) title.append(element("span", { className: "badge failed" }, "failed"));
  const about = Object.entries(attributes).map(([key, value]) => `${key} ${value}`).join(", ");
  const when = element("td", {}, `after ${milliseconds(after)}, for ${milliseconds(took)}`, bar(after, took, total));
  return element("tr", {}, title, when, element("td", {}, service), element("td", {}, about));
}

function bar(after, took, total) {
  const lines = svg("svg", { viewBox: `0 0 ${WIDTH} 1`, preserveAspectRatio: "none", "aria-hidden": "true" });
  const scale = WIDTH / Math.max(total, 1);
  const width = Math.max(4, took * scale); // what took no time is seen, too
  lines.append(svg("rect", { x: Math.min(after * scale, WIDTH - width), width, height: 1 }));
  return lines;
}
