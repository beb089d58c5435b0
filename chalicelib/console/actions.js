// What a user can do to the queue and to a request; the bar, the menu and the request's panel offer it.

export class Actions {
  #session;
  #feed;

  constructor(session, feed) {
    this.#session = session;
    this.#feed = feed;
  }

  pause = () => this.#queue("POST", "api/queue/pause");

  resume = () => this.#queue("POST", "api/queue/resume");

  purge = () => this.#queue("POST", "api/queue/purge");

  /** Cancels all that waits and forgets everything up to the tail. */
  async forget() {
    await this.#queue("DELETE", "api/queue");
    this.#feed.forgotten();
  }

  cancel = (seq) => this.#request(seq, "cancel");

  /** Of a running request: it ends as cancelled, some seconds later at most. */
  stop = (seq) => this.#request(seq, "stop");

  skip = (seq) => this.#request(seq, "skip");

  /** A halted request runs again in its place. */
  retry = (seq) => this.#request(seq, "retry");

  /** One that failed earlier is sent anew, each time: the answer has its new number. */
  sendAgain = (seq) => this.#request(seq, "retry");

  async #queue(method, path) {
    try {
      return await this.#session.call(method, path);
    } finally {
      this.#feed.nudge();
    }
  }

  /** The feed looks again after a refusal too: what was on show is no longer true then. */
  async #request(seq, act) {
    try {
      const request = await this.#session.call("POST", `api/queue/requests/${seq}/${act}`);
      this.#feed.learn(request);
      return request;
    } finally {
      this.#feed.nudge();
    }
  }
}
