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
  const answer = await reach(path, { method, headers, signal, cache: "no-store", body: JSON.stringify(body) });
  const content = await parse(answer);
  if (!answer.ok) throw problem(answer, content);
  return content;
}

async function reach(path, options) {
  try {
    return await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, "The service cannot be reached. Check the connection and try again.");
  }
}

async function parse(answer) {
  const text = await answer.text();
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
  const sentences = [said || `The service answered ${answer.status} without a reason. Try again.`, ...fields];
  return new Problem(answer.status, sentences.join("\n"), wait);
}
