"""Looks for barriers on the page by axe-core's rules for WCAG 2.2 A and AA and good practice."""

from functools import cache

from playwright.sync_api import Page

from bootstrap import npm
from bootstrap.cache import Entry

PACKAGE = "axe-core@4.14.1"
SHA512 = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
RUN = """
async () => {
  // What is still fading in would be measured half transparent; so would what begins to fade meanwhile.
  const settled = () => Promise.allSettled(document.getAnimations().filter(({ effect }) =>
    effect.getTiming().iterations !== Infinity).map(({ finished }) => finished));
  let found, hasFaded;
  const note = () => { hasFaded = true; };
  document.addEventListener("transitionrun", note);
  for (let tries = 5; tries > 0 && hasFaded !== false; tries--) {
    await settled();
    hasFaded = false;
    found = await axe.run(document, { resultTypes: ["violations", "incomplete"] });
  }
  document.removeEventListener("transitionrun", note);
  const { violations, incomplete } = found;
  const shown = ({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`);
  const known = new Set(["aria-prohibited-attr", "aria-valid-attr-value"]);
  return [...violations, ...incomplete.filter(({ id }) => known.has(id))].flatMap(shown);
}
"""


@cache
def _script() -> str:
    """axe-core, fetched if it is not in the cache. Raises SetupError."""
    entry = Entry("axe", PACKAGE.encode(), SHA512.encode())
    entry.ensure(lambda directory: npm.unpack(PACKAGE, SHA512, directory))
    return (entry.path / "package" / "axe.min.js").read_text()


def require_no_barrier(page: Page) -> None:
    """In the colours of day and of night."""
    page.evaluate(_script())
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found += [f"{scheme}: {barrier}" for barrier in page.evaluate(RUN)]
    assert found == [], "\n".join(found)
