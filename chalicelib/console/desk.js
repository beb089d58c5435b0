// What a signed-in user works with. It is made for a session and removed with it, so that nothing of one user
// can be left for the next.
import { Actions } from "./actions.js";
import { byId } from "./dom.js";
import { Dequeue } from "./dequeue.js";
import { Details } from "./details.js";
import { Facts } from "./facts.js";
import { Feed } from "./feed.js";
import { Finder } from "./finder.js";
import { Lane } from "./lane.js";
import { Menu } from "./menu.js";
import { Metrics } from "./metrics.js";
import { News } from "./news.js";
import { Sender } from "./sender.js";
import { SituationBar } from "./situation-bar.js";
import { Traces } from "./traces.js";

export function openDesk(session) {
  byId("desk-place").append(byId("desk-template").content.cloneNode(true));
  byId("desk").dataset.without = session.without;
  const feed = new Feed(session);
  const actions = new Actions(session, feed);
  const lane = new Lane(feed, session.signal);
  const details = new Details(session, feed, actions);
  new Facts(feed, session.signal);
  new SituationBar(feed, actions, session.signal);
  new Menu(session, feed, actions);
  new Metrics(session, feed);
  new Traces(session, feed, details);
  new News(feed);
  new Sender(session, feed);
  new Dequeue(session, feed, details);
  for (const list of [lane, new Finder(session)]) list.addEventListener("select", ({ detail }) => details.open(detail));
  details.addEventListener("open", ({ detail }) => lane.select(detail));
  details.addEventListener("shown", ({ detail }) => lane.reveal(detail));
  byId("queue-title").focus();
  feed.nudge();
}
