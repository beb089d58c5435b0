// Puts the console together: the door while signed out, the desk while signed in.
import { announce, byId, setText } from "./dom.js";
import { openDesk } from "./desk.js";
import { Door } from "./door.js";
import { Session } from "./session.js";

const TITLE = document.title;
const session = new Session();
const door = new Door(session);

function enter() {
  door.close();
  setText(byId("who"), session.username);
  byId("who").title = session.username;
  byId("account").hidden = false;
  openDesk(session);
  announce(`Signed in as ${session.username}.`);
}

/** Leaves nothing of this user on the page: the desk and all that was written on it are gone. */
function leave({ sentence, username }) {
  byId("desk").remove();
  byId("account").hidden = true;
  setText(byId("who"), "");
  byId("who").title = "";
  document.title = TITLE;
  announce("");
  door.open(sentence, username);
}

session.addEventListener("started", enter);
session.addEventListener("ended", ({ detail }) => leave(detail));
byId("sign-out").addEventListener("click", () => session.signOut());
if (!session.resume()) door.open("", "");
