"""Chromium, which the browser tests drive."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from bootstrap import debian
from bootstrap.errors import SetupError
from bootstrap.progress import say

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = "The browser tests need Chromium. Install it (on Debian: apt-get install chromium) and try again."


def find() -> Path | None:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return Path(found) if found else None


def ensure() -> None:
    """Chromium where it can be had. On a laptop the browser tests are skipped without it; CI fails."""
    if find():
        return
    say("Installing Chromium for the browser tests.")
    try:
        debian.install("chromium", otherwise=MISSING)
    except SetupError as error:
        if os.environ.get("CI") == "true":
            raise
        say(str(error))
