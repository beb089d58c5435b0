// What can be done to the whole queue. What cannot be undone says what it will do, and asks.
import { explain } from "./api.js";
import { byId, element, press, say, setText } from "./dom.js";
import { exportAll } from "./export.js";
import { number, requests } from "./format.js";

export class Menu {
  #feed;
  #actions;
  #button = byId("menu-button");
  #list = byId("menu");
  #dialog = byId("dialog");
  #agreed = null; // what to do when the question is answered with yes

  constructor(session, feed, actions) {
    const { signal } = session;
    this.#feed = feed;
    this.#actions = actions;
    this.#button.addEventListener("click", () => this.#open(this.#list.hidden));
    document.addEventListener("click", (event) => this.#leave(event), { signal });
    byId("menu-place").addEventListener("keydown", (event) => this.#steer(event));
    byId("menu-pause").addEventListener("click", () => this.#pause());
    byId("menu-export").addEventListener("click", () => this.#export(session));
    byId("menu-purge").addEventListener("click", () => this.#ask(purging(feed.queue), actions.purge));
    byId("menu-forget").addEventListener("click", () => this.#ask(forgetting(feed.queue), () => actions.forget()));
    byId("dialog-no").addEventListener("click", () => this.#dialog.close());
    byId("dialog-yes").addEventListener("click", () => this.#agree());
    this.#dialog.addEventListener("close", () => this.#button.focus());
    feed.addEventListener("change", () => this.#arrange());
  }

  #arrange() {
    const { queue, floor } = this.#feed;
    if (queue === null) return;
    this.#button.disabled = false;
    byId("menu-pause").disabled = queue.state !== "open";
    byId("menu-purge").disabled = queue.depth === 0;
    byId("menu-forget").disabled = queue.tail === floor;
  }

  #open(open) {
    this.#list.hidden = !open;
    this.#button.ariaExpanded = String(open);
    if (open) this.#list.querySelector("button:not(:disabled)")?.focus();
  }

  #leave(event) {
    if (!this.#list.hidden && !byId("menu-place").contains(event.target)) this.#open(false);
  }

  #steer(event) {
    const buttons = [...this.#list.querySelectorAll("button:not(:disabled)")];
    const at = buttons.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (event.key === "Escape" && !this.#list.hidden) {
      this.#open(false);
      this.#button.focus();
    } else if (to !== undefined && at >= 0) {
      event.preventDefault();
      buttons.at(to % buttons.length).focus();
    }
  }

  #pause() {
    this.#open(false);
    this.#button.focus();
    press(this.#button, byId("situation-message"), this.#actions.pause);
  }

  #export(session) {
    const message = byId("export-message");
    this.#open(false);
    this.#button.focus();
    press(this.#button, message, async () => {
      try {
        await exportAll(session, (count) => say(message, `Exporting: ${number(count)} read.`));
        say(message, "Your data was exported.");
      } catch (error) {
        explain(error, (sentence) => say(message, `Your data was not exported. ${sentence}`, "bad"));
      }
    });
  }

  #ask({ title, consequences, yes }, work) {
    this.#open(false);
    this.#agreed = work;
    setText(byId("dialog-title"), title);
    byId("dialog-text").replaceChildren(...consequences.map((sentence) => element("li", {}, sentence)));
    setText(byId("dialog-yes"), yes);
    say(byId("dialog-message"), "");
    this.#dialog.showModal();
  }

  #agree() {
    press(byId("dialog-yes"), byId("dialog-message"), async () => {
      await this.#agreed();
      this.#dialog.close();
    });
  }
}

const waitingIn = ({ depth, running }) => depth - (running === null ? 0 : 1);

const running = (queue) =>
  queue.running === null ? [] : [`Request ${number(queue.running)} is running and goes on to its end.`];

function purging(queue) {
  const waiting = requests(waitingIn(queue));
  return {
    title: "Cancel all waiting requests?",
    consequences: [`${waiting} will be cancelled and never run.`, ...running(queue), "Requests with an outcome are kept."],
    yes: `Cancel ${waiting}`,
  };
}

function forgetting(queue) {
  const waiting = waitingIn(queue);
  return {
    title: "Delete the history?",
    consequences: [
      ...(waiting > 0 ? [`${requests(waiting)} will be cancelled and never run.`] : []),
      ...running(queue),
      `Nothing up to number ${number(queue.tail)} will be shown or handed out any more, including results.`,
      "This cannot be undone.",
    ],
    yes: "Delete the history",
  };
}
