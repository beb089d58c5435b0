// From the form's fields to the JSON of an enqueue.
import { Problem } from "./api.js";

/** The payload of a type that has fields of its own; all others are written as JSON. */
const payloads = {
  echo: (fields) => ({ message: fields.message.value }),
  sleep: (fields) => ({ seconds: fields.seconds.valueAsNumber }),
  fail: (fields) => ({ times: fields.times.valueAsNumber }),
};

export const hasFields = (type) => Object.hasOwn(payloads, type);

export const fieldsAsJson = (fields) => JSON.stringify(payloads[fields.type.value](fields), null, 2);

/** One request as JSON text. The payload is the user's own text: read and written again, its numbers might be rounded.
 * @param raw whether the payload is written as JSON. Throws Problem if it is not JSON. */
export function order(fields, raw) {
  const type = fields.type.value;
  const payload = raw ? checked(fields.json.value) : JSON.stringify(payloads[type](fields));
  const { not_before, start_before, max_attempts, on_failure } = fields;
  const more = {
    ...(not_before.value && { not_before: new Date(not_before.value).toISOString() }),
    ...(start_before.value && { start_before: new Date(start_before.value).toISOString() }),
    ...(max_attempts.value && { max_attempts: max_attempts.valueAsNumber }),
    ...(on_failure.value && { on_failure: on_failure.value }),
  };
  const rest = JSON.stringify(more).slice(1, -1);
  return `{"type":${JSON.stringify(type)},"payload":${payload}${rest && `,${rest}`}}`;
}

/** The parser's own words differ from browser to browser. */
function checked(text) {
  try {
    JSON.parse(text);
    return text;
  } catch {
    const message = 'This is not JSON. Write it like {"message": "hello"}, with double quotes.';
    throw new Problem("The payload cannot be sent.", { faults: [{ path: "payload", message }] });
  }
}

/** How to send an order once or several times: path, body, and the key that makes a second try harmless. */
export function call(json, count) {
  const key = newKey();
  if (count === 1) return { path: "api/queue/enqueue", json, key, count };
  return { path: "api/queue/enqueue/batch", json: `{"requests":[${Array(count).fill(json).join()}]}`, key, count };
}

/** Not randomUUID, which a page without HTTPS does not have. */
const newKey = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");
