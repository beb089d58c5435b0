"""Chromium, which the browser tests drive. `python -m tests.browser.chromium` installs it if it can."""

import os
import shutil
import sys
from pathlib import Path

from bootstrap import debian
from bootstrap.commands import say
from bootstrap.errors import SetupError

# Chromium's engine without windows, which takes less of the processor.
HEADLESS = "chromium-headless-shell"
NAMES = (HEADLESS, "chromium", "chromium-browser", "google-chrome")
MISSING = "The browser tests need Chromium. Install it (on Debian: apt-get install chromium) and try again."


def find() -> Path | None:
    """The browser of this machine, or None if it has none."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return Path(found) if found else None


def install() -> None:
    """Raises SetupError if it cannot be installed."""
    try:
        debian.install(HEADLESS, otherwise=MISSING)
    except SetupError:  # not all Debians have it
        debian.install("chromium", otherwise=MISSING)


def main() -> None:
    """Without a browser, the tests that need one are skipped; in CI the program fails."""
    if find():
        return
    say("Installing Chromium for the browser tests.")
    try:
        install()
    except SetupError as error:
        say(str(error))
        sys.exit(1 if os.environ.get("CI") == "true" else 0)


if __name__ == "__main__":
    main()
