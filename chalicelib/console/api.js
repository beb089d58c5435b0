// One HTTP call. Addresses are relative to the page: the console works at the root and under a stage's prefix.

/** What went wrong, in a sentence for the user. `status` is 0 if there was no answer at all. */
export class Problem extends Error {
  constructor(status, sentence, retryAfter = null) {
    super(sentence);
    this.status = status;
    this.retryAfter = retryAfter; // seconds, as the service asks
  }
}

/** The answer's JSON, or null if it has none. Throws Problem, or AbortError if `signal` says so. */
export async function send(method, path, { body, token, signal } = {}) {
  const headers = { Accept: "application/json, application/problem+json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (token) headers.Authorization = `Bearer ${token}`;
  const [answer, text] = await reach(path, { method, headers, signal, cache: "no-store", body: JSON.stringify(body) });
  const content = parse(answer, text);
  if (!answer.ok) throw problem(answer, content);
  return content;
}

async function reach(path, options) {
  try {
    const answer = await fetch(path, options);
    return [answer, await answer.text()];
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, "The service cannot be reached. Check the connection and try again.");
  }
}

function parse(answer, text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    if (!answer.ok) return null; // a gateway's own page: the status has to do
    throw new Problem(answer.status, "The service gave an answer that is not JSON. Try again.");
  }
}

/** A problem document (RFC 9457) as one sentence, with a line for each field that is wrong. */
function problem(answer, content) {
  const said = content?.detail || content?.title;
  const fields = (content?.errors ?? []).map(({ path, message }) => `${path}: ${message}`);
  const wait = Number(answer.headers.get("Retry-After")) || null;
  const lines = [said || `The service answered ${answer.status} without a reason. Try again.`, ...fields];
  if (wait) lines.push(`Try again in ${wait} s.`);
  return new Problem(answer.status, lines.join("\n"), wait);
}

/** For the catch of whatever the user set going: shows what went wrong. What the session's end cut short is
 * nobody's business any more; anything else is a fault of ours and goes on to the browser's console. */
export function explain(error, show) {
  if (error.name === "AbortError") return;
  if (!(error instanceof Problem)) throw error;
  show(error.message);
}
