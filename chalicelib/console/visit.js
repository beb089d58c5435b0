// A visit by a link with a token (`#token=…`) that a user's backend has made, or an identity provider: the queue of that
// user, without an account here. In place of Session. The token stays in the fragment, which browsers send to nobody,
// and is stored nowhere; a page that is loaded again goes on with it.
import { send } from "./api.js";
import { claimsOf } from "./claims.js";

const OVER = "This link has expired. Ask for a new one where you got it.";
const SINGLE = "This link is for one request alone, and this page shows queues. Ask for another link where you got it.";
const OURS = "gurukool"; // the issuer of the tokens that backends make here
const PARTS = ["enqueue", "dequeue", "control"]; // of the desk, by the scopes that they take

/** The token in the page's address, or null. */
export const tokenOf = (fragment) => new URLSearchParams(fragment.slice(1)).get("token") || null;

export class Visit extends EventTarget {
  #token;
  #end = new AbortController();

  constructor(token) {
    super();
    this.#token = token;
    const claims = claimsOf(token);
    this.username = String(claims.name ?? claims.sub ?? "");
    this.refusal = isForOne(claims) ? SINGLE : ""; // why the token cannot show a queue
    this.without = ["account", ...PARTS.filter((part) => !scopesOf(claims).includes(part))].join(" ");
  }

  get signal() {
    return this.#end.signal;
  }

  async call(method, path, { body, json, key, signal, limit } = {}) {
    const either = signal ? AbortSignal.any([signal, this.signal]) : this.signal;
    const options = { json: body === undefined ? json : JSON.stringify(body), key, signal: either, limit };
    try {
      return await send(method, path, { ...options, token: this.#token });
    } catch (error) {
      either.throwIfAborted();
      if (error.status === 401) this.#leave();
      throw error;
    }
  }

  #leave() {
    this.#end.abort();
    this.dispatchEvent(new CustomEvent("ended", { detail: { sentence: OVER } }));
  }
}

const isForOne = ({ iss = OURS, seq }) => iss === OURS && seq !== undefined;

/** The scopes of a provider's token mean nothing here: its users have all of their queue. */
function scopesOf({ iss = OURS, scope = "" }) {
  return iss === OURS ? scope.split(" ").map((each) => each.split(":")[0]) : PARTS;
}
