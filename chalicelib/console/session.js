// Who is signed in. Fires "started" and "ended"; the latter carries a sentence if it was not the user's wish.
import { Problem, send } from "./api.js";

const ENDED = "Your session has ended. Sign in again.";

export class Session extends EventTarget {
  // Tokens live in memory only. sessionStorage would spare a sign-in after a reload, but it also outlives the page:
  // a restored or duplicated tab, or any script that ever gets in, would find a token that opens the account.
  #tokens = null;
  username = "";

  get live() {
    return this.#tokens !== null;
  }

  async signUp(username, password) {
    await send("POST", "api/auth/register", { body: { username, password } });
    await this.signIn(username, password);
  }

  async signIn(username, password) {
    const answer = await send("POST", "api/auth/login", { body: { username, password } });
    this.#tokens = { access: answer.access_token, refresh: answer.refresh_token };
    this.username = username;
    this.dispatchEvent(new Event("started"));
  }

  /** Leaves at once, and tells the service; one that cannot be told lets the session expire by itself. */
  async signOut() {
    const token = this.#tokens?.access;
    this.#end("");
    try {
      await send("POST", "api/auth/logout", { token });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    }
  }

  /** A call on the user's behalf. Refreshing the tokens belongs here: on a 401, once, before the session ends. */
  async call(method, path, options = {}) {
    const token = this.#tokens?.access;
    try {
      return await send(method, path, { ...options, token });
    } catch (error) {
      if (error.status === 401 && token === this.#tokens?.access) this.#end(ENDED);
      throw error;
    }
  }

  #end(sentence) {
    if (!this.live) return;
    this.#tokens = null;
    this.dispatchEvent(new CustomEvent("ended", { detail: sentence }));
  }
}
