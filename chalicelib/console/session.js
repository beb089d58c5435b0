// Who is signed in. Fires "started" and "ended"; the latter carries a sentence if it was not the user's wish.
import { explain, send } from "./api.js";

const ENDED = "Your session has ended. Sign in again.";

export class Session extends EventTarget {
  // Tokens live in memory only. sessionStorage would spare a sign-in after a reload, but it also outlives the page:
  // a restored or duplicated tab, or any script that ever gets in, would find a token that opens the account.
  #tokens = null;
  #end = new AbortController();
  username = "";

  get live() {
    return this.#tokens !== null;
  }

  /** Aborted when this session ends, so that nothing it set going reaches the next one. */
  get signal() {
    return this.#end.signal;
  }

  async signUp(username, password) {
    await send("POST", "api/auth/register", { body: { username, password } });
    await this.signIn(username, password);
  }

  async signIn(username, password) {
    const answer = await send("POST", "api/auth/login", { body: { username, password } });
    this.#tokens = { access: answer.access_token, refresh: answer.refresh_token };
    this.#end = new AbortController();
    this.username = username;
    this.dispatchEvent(new Event("started"));
  }

  /** Leaves at once, and tells the service; one that cannot be told lets the session expire by itself. */
  async signOut() {
    const token = this.#tokens?.access;
    this.#leave("");
    await send("POST", "api/auth/logout", { token }).catch((error) => explain(error, () => {}));
  }

  /** A call on the user's behalf. Refreshing the tokens belongs here: on a 401, once, before the session ends. */
  async call(method, path, { body, signal = this.signal } = {}) {
    const token = this.#tokens?.access;
    const either = AbortSignal.any([signal, this.signal]);
    try {
      return await send(method, path, { body, token, signal: either });
    } catch (error) {
      if (error.status === 401 && !either.aborted) this.#leave(ENDED);
      throw error;
    }
  }

  #leave(sentence) {
    if (!this.live) return;
    this.#tokens = null;
    this.#end.abort();
    this.dispatchEvent(new CustomEvent("ended", { detail: sentence }));
  }
}
