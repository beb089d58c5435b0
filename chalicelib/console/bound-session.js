// One session, for the desk that is opened for it. The tab's Session goes on with the next one; whatever this desk set
// going and has not sent by then is never sent: its calls reject with AbortError.

export class BoundSession {
  #session;
  without = ""; // the parts of the desk that it has no use for

  /** @param signal aborted when the session ends */
  constructor(session, username, signal) {
    [this.#session, this.username, this.signal] = [session, username, signal];
  }

  /** Whether to show what is for administrators, as far as is known yet; the service decides. */
  get isAdmin() {
    return !this.signal.aborted && this.#session.isAdmin;
  }

  /** A call on the user's behalf. `body` is what to send as JSON; `json` is the same as text. `signal` may end this call
   * earlier than the session, and so may `limit`, in milliseconds. */
  async call(method, path, { body, json = body && JSON.stringify(body), key, signal, limit } = {}) {
    const either = signal ? AbortSignal.any([signal, this.signal]) : this.signal;
    return this.#session.call(method, path, { json, key, signal: either, limit });
  }
}
