// All that is stored about the user, as one file: a list of JSON lines for each kind of data.
import { LONG_LIMIT } from "./api.js";
import { archive } from "./archive.js";
import { element } from "./dom.js";

const FIRST = "api/account/export";

/** Reads all pages and hands the file to the browser. `told` hears how many things were read. */
export async function exportAll(session, told) {
  const files = {};
  let count = 0;
  for (let mark = ""; mark !== null; ) {
    const page = await session.call("GET", `${FIRST}?after=${encodeURIComponent(mark)}`, { limit: LONG_LIMIT });
    for (const { kind, data } of page.records) (files[`${kind}.ndjson`] ??= []).push(JSON.stringify(data));
    told((count += page.records.length));
    mark = page.next;
  }
  const file = await archive(files);
  session.signal.throwIfAborted(); // the next user of the page is not handed this one's data
  save(file, `${session.username}.tar.gz`);
}

function save(blob, name) {
  const address = URL.createObjectURL(blob);
  element("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
