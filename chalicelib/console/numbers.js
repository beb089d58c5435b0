// Numbers that a browser would round. An id of 19 digits in a payload or a result must be shown as it is.

const LONG = /[\d.]{17}/;

/** For JSON.parse: keeps the digits of a long number. A browser that cannot keep them rounds, as it always did. */
export function exact(key, value, context) {
  if (typeof value !== "number" || !context?.source || !JSON.rawJSON) return value;
  return LONG.test(context.source) && String(value) !== context.source ? JSON.rawJSON(context.source) : value;
}
