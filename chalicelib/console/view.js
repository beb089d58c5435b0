// Which part of a lane is on show. A lane may hold thousands of requests; the page holds one window of it.
// `floor` is the last number that was deleted: the lane begins after it.

/** The window's first number, so that the request after `head` is on show.
 * It moves only when the head nears an edge: a window that slid with every outcome could not be read. */
export function follow(first, size, floor, { head, tail }) {
  const next = head + 1;
  const margin = Math.floor(size / 6);
  const inSight = next >= first + margin && next < first + size - margin;
  return within(inSight ? first : next - Math.floor(size / 3), size, floor, tail);
}

/** The nearest window of `size` numbers that does not reach beyond the lane's ends. */
export function within(first, size, floor, tail) {
  return Math.max(floor + 1, Math.min(first, tail - size + 1));
}
