// One .tar.gz of several text files, made in the browser: the service sends pages, the user gets a file.

const BLOCK = 512;
const encoder = new TextEncoder();

/** `files`: names and lines of text. Resolves to a Blob. */
export async function archive(files) {
  const parts = Object.entries(files).flatMap(([name, lines]) => entry(name, new Blob(lines.map((line) => `${line}\n`))));
  const tar = new Blob([...parts, new Uint8Array(2 * BLOCK)]);
  return new Response(tar.stream().pipeThrough(new CompressionStream("gzip"))).blob();
}

function entry(name, content) {
  return [header(name, content.size), content, new Uint8Array((BLOCK - (content.size % BLOCK)) % BLOCK)];
}

/** Of the format ustar: fields at fixed places, numbers in octal digits. */
function header(name, size) {
  const block = new Uint8Array(BLOCK);
  const put = (at, text) => block.set(encoder.encode(text), at);
  const octal = (value, digits) => value.toString(8).padStart(digits, "0");
  put(0, name);
  put(100, "0000644\0" + "0000000\0" + "0000000\0");
  put(124, `${octal(size, 11)}\0${octal(Math.floor(Date.now() / 1000), 11)}\0`);
  put(148, " ".repeat(8)); // the checksum counts itself as spaces
  put(156, "0");
  put(257, "ustar\0" + "00");
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(148, `${octal(sum, 6)}\0 `);
  return block;
}
