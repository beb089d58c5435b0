// Signing in, signing up, and setting a new password by a link: one form, three wordings.
import { explain } from "./api.js";
import { awaitNews, byId, say, setText } from "./dom.js";
import { clearFaults, showFaults } from "./faults.js";
import { usernameOf } from "./session.js";

const SIGN_IN = {
  title: "Sign in", question: "New here?", other: "Create an account", autocomplete: "current-password", enter: "signIn",
  path: "password",
};
const SIGN_UP = {
  title: "Create an account", question: "Have an account?", other: "Sign in", autocomplete: "new-password", enter: "signUp",
  path: "password",
};
const BY_LINK = {
  title: "Set a new password", question: "Know your password?", other: "Sign in", autocomplete: "new-password",
  enter: "useLink", path: "new_password",
};

export class Door {
  #form = byId("door-form");
  #message = byId("door-message");
  #session;
  #mode = SIGN_IN;
  #busy = false;
  #link = null; // the token of the link by which the user came

  constructor(session) {
    this.#session = session;
    byId("door-switch").addEventListener("click", () => this.#turn(this.#mode === SIGN_IN ? SIGN_UP : SIGN_IN));
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!this.#busy) this.#enter();
    });
  }

  /** Opens the door, with a sentence if the user did not leave by themselves, and the name if they are to come back. */
  open(sentence, name) {
    const { username, password } = this.#form.elements;
    this.#turn(SIGN_IN);
    username.value = name;
    say(this.#message, sentence, "bad");
    byId("door").hidden = false;
    (name ? password : username).focus();
  }

  /** Opens the door for a user who has come by a sign-in link with this token. */
  openByLink(token) {
    this.#link = token;
    this.open("", usernameOf(token));
    this.#turn(BY_LINK);
  }

  /** Keeps nothing of what was typed. */
  close() {
    this.#form.reset();
    this.#turn(SIGN_IN);
    byId("door").hidden = true;
  }

  #turn(mode) {
    this.#mode = mode;
    setText(byId("door-title"), mode.title);
    setText(byId("door-submit"), mode.title);
    setText(byId("door-question"), mode.question);
    setText(byId("door-switch"), mode.other);
    const { username, password } = this.#form.elements;
    password.autocomplete = mode.autocomplete;
    password.dataset.path = mode.path;
    username.readOnly = mode === BY_LINK;
    byId("door-hint").hidden = mode !== SIGN_UP;
    clearFaults(this.#form);
    say(this.#message, "");
  }

  async #enter() {
    const { username, password } = this.#form.elements;
    this.#setBusy(true);
    awaitNews(this.#message);
    try {
      await this.#session[this.#mode.enter](this.#mode === BY_LINK ? this.#link : username.value, password.value);
    } catch (error) {
      explain(error, (sentence, problem) => {
        say(this.#message, [sentence, ...showFaults(this.#form, problem.faults)].join("\n"), "bad");
      });
    } finally {
      this.#setBusy(false);
    }
  }

  #setBusy(busy) {
    this.#busy = busy;
    byId("door-submit").ariaDisabled = String(busy);
  }
}
