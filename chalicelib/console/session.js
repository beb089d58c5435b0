// Who is signed in. Fires "started", with the BoundSession that the desk is to work with, and "ended"; the latter carries a
// sentence if it was not the user's wish here, and the name if the session ended by itself.
import { explain, send } from "./api.js";
import { BoundSession } from "./bound-session.js";
import { claimsOf } from "./claims.js";
import { exclusively, forget, sessionOf, store, stored, watch } from "./vault.js";

const ENDED = "Your session has ended. Sign in again.";
const ELSEWHERE = "You have signed out in another tab.";

export class Session extends EventTarget {
  #access = null; // the access token; never stored
  #id = null; // of the session that this tab takes part in
  #renewal = null;
  #end = new AbortController(); // ends what the desk of this session has set going
  #watches = false;
  username = "";

  /** Whether to show what is for administrators, as far as is known yet; the service decides. */
  get isAdmin() {
    return this.#access !== null && claimsOf(this.#access).role === "admin";
  }

  /** Goes on with the session that this browser has. Whether there is one. */
  resume() {
    this.#watch();
    const kept = stored();
    if (kept) this.#start(kept);
    return kept !== null;
  }

  async signUp(username, password) {
    await send("POST", "api/auth/register", { json: JSON.stringify({ username, password }) });
    await this.signIn(username, password);
  }

  async signIn(username, password) {
    await this.#adopt(username, await send("POST", "api/auth/login", { json: JSON.stringify({ username, password }) }));
  }

  /** Sets the password with the token of a sign-in link, and signs in. */
  async useLink(token, password) {
    const json = JSON.stringify({ token, new_password: password });
    await this.#adopt(usernameOf(token), await send("POST", "api/auth/sign-in-link", { json }));
  }

  /** A browser has one session: an older one that is still there ends. */
  async #adopt(username, answer) {
    const kept = { username, token: answer.refresh_token };
    await exclusively(() => {
      const older = stored();
      store(kept);
      if (older) this.#retire(older);
    });
    this.#leave(""); // one that another tab has begun meanwhile
    this.#start(kept, answer.access_token);
    this.#watch();
  }

  /** Leaves at once, and tells the service; one that cannot be told lets the session expire by itself. */
  signOut() {
    const kept = stored();
    const access = this.#access;
    if (sessionOf(kept) !== this.#id) return this.#follow(); // it has another session now, which is not to end
    forget();
    this.#leave("");
    return this.#retire(kept, access);
  }

  /** A call of BoundSession, on the user's behalf. `signal` is aborted once its session is no longer this one.
   * An access token is valid for minutes; then the refresh token gives the next one. */
  async call(method, path, { json, key, signal, limit }) {
    signal.throwIfAborted();
    const options = { json, key, signal, limit };
    const tried = this.#access;
    try {
      if (tried === null) await this.#renew(tried);
      return await this.#attempt(method, path, options).catch(async (error) => {
        if (error.status !== 401 || signal.aborted || tried === null) throw error;
        await this.#renew(tried);
        return this.#attempt(method, path, options);
      });
    } catch (error) {
      signal.throwIfAborted();
      if (error.status === 401) this.#expire();
      throw error;
    }
  }

  #attempt(method, path, options) {
    return send(method, path, { ...options, token: this.#access });
  }

  /** One refresh for all calls of this tab that met the same old token, and one tab at a time. */
  async #renew(tried) {
    if (tried !== this.#access) return;
    const renewal = (this.#renewal ??= exclusively(() => this.#refresh()));
    try {
      await renewal;
    } finally {
      if (this.#renewal === renewal) this.#renewal = null;
    }
  }

  /** Never cut short: the answer holds the only token that is good from then on. */
  async #refresh() {
    const kept = stored();
    const id = sessionOf(kept);
    if (id !== this.#id || id === null) return this.#follow(); // another tab's doing, of which the browser tells later
    const answer = await spend(kept.token);
    const now = stored();
    if (sessionOf(now) !== id) return; // signed out meanwhile
    // Another tab may have spent the same token: a browser shows what one tab stores to the others a moment later,
    // even to those that had to wait for it. The service has answered both alike.
    if (now.token === kept.token) store({ ...kept, token: answer.refresh_token });
    if (this.#id === id) this.#access = answer.access_token;
  }

  async #retire(kept, access = null) {
    const logout = (token) => send("POST", "api/auth/logout", { token });
    try {
      if (access === null) await logout((await spend(kept.token)).access_token);
      else await logout(access).catch(async () => logout((await spend(kept.token)).access_token));
    } catch (error) {
      explain(error, () => {});
    }
  }

  /** From now on this tab does as the others do. One that was opened by a sign-in link does not until its user has signed
   * in: the link may be another user's. */
  #watch() {
    if (!this.#watches) watch(() => this.#follow());
    this.#watches = true;
  }

  /** Another tab has written: signed out, signed in anew, or only renewed the token. */
  #follow() {
    const kept = stored();
    if (sessionOf(kept) === this.#id) return;
    this.#leave(kept ? "" : ELSEWHERE);
    if (kept) this.#start(kept);
  }

  #expire() {
    if (sessionOf(stored()) === this.#id) forget();
    this.#leave(ENDED, this.username);
  }

  #start(kept, access = null) {
    this.#id = sessionOf(kept);
    this.#access = access;
    this.#end = new AbortController();
    this.username = kept.username;
    const detail = new BoundSession(this, kept.username, this.#end.signal);
    this.dispatchEvent(new CustomEvent("started", { detail }));
  }

  #leave(sentence, username = "") {
    if (this.#id === null) return;
    this.#id = this.#access = this.#renewal = null;
    this.username = "";
    this.#end.abort();
    this.dispatchEvent(new CustomEvent("ended", { detail: { sentence, username } }));
  }
}

/** The token of a sign-in link in the page's address, or null. */
export const linkOf = (fragment) => new URLSearchParams(fragment.slice(1)).get("sign-in") || null;

/** Whose token of a sign-in link it is. */
export const usernameOf = (token) => token.split("~")[0];

/** The refresh token for a new pair; a second try with the same one is answered alike for a while. */
const spend = (token) => send("POST", "api/auth/refresh", { json: JSON.stringify({ refresh_token: token }) });
