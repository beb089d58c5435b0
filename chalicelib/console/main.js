// Puts the console together: the door while signed out, the desk while signed in.
import { explain } from "./api.js";
import { announce, byId, say, setText } from "./dom.js";
import { Details } from "./details.js";
import { Door } from "./door.js";
import { Facts } from "./facts.js";
import { Feed } from "./feed.js";
import { number } from "./format.js";
import { Lane } from "./lane.js";
import { Sender } from "./sender.js";
import { Session } from "./session.js";

const session = new Session();
const feed = new Feed(session);
const door = new Door(session);
const lane = new Lane(feed);
const details = new Details(session, feed);
const sender = new Sender(session);
new Facts(feed);

function enter() {
  door.close();
  setText(byId("who"), session.username);
  byId("account").hidden = byId("desk").hidden = false;
  byId("queue-title").focus();
  announce(`Signed in as ${session.username}.`);
  feed.nudge();
}

/** Leaves nothing of this user on the page for the next one. */
function leave(sentence) {
  byId("account").hidden = byId("desk").hidden = true;
  lane.select(null);
  feed.reset();
  details.clear();
  sender.clear();
  say(byId("queue-message"), "");
  announce("");
  door.open(sentence);
}

async function dequeue() {
  try {
    const outcome = await session.call("GET", "api/queue/dequeue");
    if (outcome === null) details.say(nothingYet(feed.queue));
    else take(outcome);
  } catch (error) {
    explain(error, (sentence) => details.say(sentence, "bad"));
  }
  feed.nudge();
}

function take(outcome) {
  lane.select(outcome.seq);
  details.show(outcome, `Dequeued: request ${number(outcome.seq)} ${outcome.status}.`);
}

const nothingYet = ({ depth }) =>
  depth > 0 ? "No outcome yet: the next request has not finished." : "Nothing to dequeue: no outcome is waiting.";

session.addEventListener("started", enter);
session.addEventListener("ended", ({ detail }) => leave(detail));
sender.addEventListener("sent", () => feed.nudge());
lane.addEventListener("select", ({ detail }) => details.open(detail, feed.requests.get(detail)));
byId("sign-out").addEventListener("click", () => session.signOut());
byId("dequeue").addEventListener("click", dequeue);
door.open("");
