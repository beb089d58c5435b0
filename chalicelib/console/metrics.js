// How the service has run lately, for administrators: closed until somebody opens it, and read anew each minute.
import { chart } from "./chart.js";
import { now } from "./clock.js";
import { explain } from "./api.js";
import { byId, say, setText } from "./dom.js";
import { number, span, timeOfDay } from "./format.js";

const AGAIN = 60_000; // milliseconds; the metrics have minutes
const milliseconds = (value) => span(value == null ? null : value / 1000);

const sum = (values) => number(values.reduce((total, value) => total + value, 0));
const worst = (write) => (values) => {
  const known = values.filter((value) => value !== null);
  return known.length ? `at most ${write(Math.max(...known))}` : "not known";
};

/** The charts: their titles, their series by name, and how values are written. */
const CHARTS = [
  ["Requests", number, sum, ({ traffic: { accepted, succeeded }, unsuccessful: { failed } }) => ({ accepted, succeeded, failed })],
  ["Attempts that did not succeed", number, sum, ({ unsuccessful: { retried, timed_out, crashed } }) => ({ retried, "timed out": timed_out, crashed })],
  ["Waits", milliseconds, worst(milliseconds), ({ times }) => ({ p50: times.wait_p50_ms, p99: times.wait_p99_ms })],
  ["Running times", milliseconds, worst(milliseconds), ({ times }) => ({ p50: times.run_p50_ms, p99: times.run_p99_ms })],
  ["Oldest request that should have begun", span, worst(span), ({ oldest_age_seconds }) => ({ overdue: oldest_age_seconds })],
  ["Calls refused", number, sum, ({ errors: { client_errors, throttled, server_errors } }) => ({ "by mistake": client_errors, "too many": throttled, failed: server_errors })],
];

export class Metrics {
  #session;
  #panel = byId("metrics");
  #period = byId("metrics-period");
  #reading = new AbortController(); // ends the call before

  constructor(session, feed) {
    this.#session = session;
    const { signal } = session;
    feed.addEventListener("change", () => (this.#panel.hidden = !session.isAdmin)); // its token is there by then
    this.#panel.addEventListener("toggle", () => this.#read());
    this.#period.addEventListener("change", () => this.#read());
    const timer = setInterval(() => document.hidden || this.#read(), AGAIN);
    signal.addEventListener("abort", () => clearInterval(timer));
  }

  async #read() {
    this.#reading.abort();
    if (!this.#panel.open) return;
    this.#reading = new AbortController();
    try {
      const { signal } = this.#reading;
      this.#show(await this.#session.call("GET", `api/admin/metrics?period=${this.#period.value}`, { signal }));
    } catch (error) {
      explain(error, (sentence, problem) => say(byId("metrics-message"), sentence, "bad", problem));
    }
  }

  #show(metrics) {
    say(byId("metrics-message"), "");
    setText(byId("metrics-as-of"), `as of ${timeOfDay(now())}`);
    byId("charts").replaceChildren(...CHARTS.map(([title, write, told, series]) => {
      const lines = Object.entries(series(metrics)).map(([name, values]) => ({ name, values, told }));
      return chart(title, metrics.moments, lines, write);
    }));
  }
}
