// Puts the console together: the door while signed out, the desk while signed in. Who comes by a link with a token sees
// the desk alone; who comes by a sign-in link sees the door, which asks for a new password.
import { announce, byId, say, setText } from "./dom.js";
import { openDesk } from "./desk.js";
import { Door } from "./door.js";
import { linkOf, Session } from "./session.js";
import { tokenOf, Visit } from "./visit.js";

const TITLE = document.title;

function show(session) {
  setText(byId("who"), session.username);
  byId("who").title = session.username;
  byId("account").hidden = false;
  openDesk(session);
}

/** Leaves nothing of this user on the page: the desk and all that was written on it are gone. */
function clear() {
  byId("desk").remove();
  byId("account").hidden = true;
  setText(byId("who"), "");
  byId("who").title = "";
  document.title = TITLE;
  announce("");
}

function open() {
  const session = new Session();
  const door = new Door(session);
  session.addEventListener("started", ({ detail }) => {
    door.close();
    if (link) history.replaceState(null, "", location.pathname); // it has been used, or is not wanted any more
    link = null;
    show(detail);
    announce(`Signed in as ${session.username}.`);
  });
  session.addEventListener("ended", ({ detail }) => {
    clear();
    door.open(detail.sentence, detail.username);
  });
  byId("sign-out").addEventListener("click", () => session.signOut());
  if (link) door.openByLink(link);
  else if (!session.resume()) door.open("", "");
}

function visit(token) {
  const guest = new Visit(token);
  guest.addEventListener("ended", ({ detail }) => {
    clear();
    say(byId("visit-message"), detail.sentence, "bad");
  });
  byId("sign-out").hidden = true;
  if (guest.refusal) say(byId("visit-message"), guest.refusal, "bad");
  else show(guest);
}

const token = tokenOf(location.hash);
let link = linkOf(location.hash);
if (token) visit(token);
else open();
addEventListener("hashchange", () => {
  const other = tokenOf(location.hash) !== token || (linkOf(location.hash) ?? link) !== link;
  if (other) location.reload();
});
