// Signing in and signing up: one form, two wordings.
import { explain } from "./api.js";
import { byId, say, setText } from "./dom.js";
import { clearFaults, showFaults } from "./faults.js";

const SIGN_IN = {
  title: "Sign in", question: "New here?", other: "Create an account", autocomplete: "current-password", enter: "signIn",
};
const SIGN_UP = {
  title: "Create an account", question: "Have an account?", other: "Sign in", autocomplete: "new-password", enter: "signUp",
};

export class Door {
  #form = byId("door-form");
  #message = byId("door-message");
  #session;
  #mode = SIGN_IN;
  #busy = false;

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
    this.#form.elements.password.autocomplete = mode.autocomplete;
    byId("door-hint").hidden = mode === SIGN_IN;
    clearFaults(this.#form);
    say(this.#message, "");
  }

  async #enter() {
    const { username, password } = this.#form.elements;
    this.#setBusy(true);
    try {
      await this.#session[this.#mode.enter](username.value, password.value);
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
