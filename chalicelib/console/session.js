// Who is signed in. Fires "started" and "ended"; the latter carries a sentence if it was not the user's wish.
import { explain, send } from "./api.js";

const ENDED = "Your session has ended. Sign in again.";

export class Session extends EventTarget {
  // Tokens live in memory only. sessionStorage would spare a sign-in after a reload, but it also outlives the page:
  // a restored or duplicated tab, or any script that ever gets in, would find a token that opens the account.
  #tokens = null;
  #renewal = null;
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
    this.#keep(await send("POST", "api/auth/login", { body: { username, password } }));
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

  /** A call on the user's behalf. An access token is valid for minutes; then the refresh token gives the next one. */
  async call(method, path, { body, signal = this.signal } = {}) {
    const either = AbortSignal.any([signal, this.signal]);
    const token = this.#tokens?.access;
    const attempt = () => send(method, path, { body, token: this.#tokens?.access, signal: either });
    try {
      return await attempt().catch(async (error) => {
        if (error.status !== 401 || either.aborted) throw error;
        await this.#renew(token);
        return attempt();
      });
    } catch (error) {
      if (error.status === 401 && !either.aborted) this.#leave(ENDED);
      throw error;
    }
  }

  /** One refresh for all calls that met the same old token. */
  async #renew(token) {
    if (token !== this.#tokens?.access) return;
    this.#renewal ??= this.#refresh().finally(() => { this.#renewal = null; });
    await this.#renewal;
  }

  async #refresh() {
    const body = { refresh_token: this.#tokens.refresh };
    this.#keep(await send("POST", "api/auth/refresh", { body, signal: this.signal }));
  }

  #keep(answer) {
    this.#tokens = { access: answer.access_token, refresh: answer.refresh_token };
  }

  #leave(sentence) {
    if (!this.live) return;
    this.#tokens = null;
    this.#end.abort();
    this.dispatchEvent(new CustomEvent("ended", { detail: sentence }));
  }
}
