// Where this browser keeps who is signed in: one session for all its tabs, across reloads.
//
// Only the refresh token is stored; access tokens stay in memory. A script in the page could use either, and none
// gets in (strict CSP, trusted types). What is stored ends at sign-out, here and at the service.

// Other stages of the same API may share the origin, but not the path.
const NAME = `gurukool:${new URL(".", location.href).pathname}`;

let fallback = null; // for a browser that refuses to store it: the session ends with the page

/** { username, token } or null. */
export function stored() {
  try {
    return JSON.parse(localStorage.getItem(NAME)) ?? fallback;
  } catch {
    return fallback;
  }
}

export function store(kept) {
  fallback = null;
  try {
    localStorage.setItem(NAME, JSON.stringify(kept));
  } catch {
    forget(); // what is still stored may be a spent refresh token, and to send that ends the session
    fallback = kept;
  }
}

export function forget() {
  fallback = null;
  try {
    localStorage.removeItem(NAME);
  } catch {
    // Nothing was stored.
  }
}

/** The part of a refresh token that stays the same as long as its session. */
export const sessionOf = (kept) => kept?.token.split(".")[0] ?? null;

/** Calls `told` when another tab has signed in, signed out or renewed the token. */
export function watch(told) {
  addEventListener("storage", ({ key }) => {
    if (key === NAME || key === null) told();
  });
}

/** One tab at a time: two that spend the same refresh token would end the session. */
export const exclusively = (work) => (navigator.locks ? navigator.locks.request(NAME, work) : work());
