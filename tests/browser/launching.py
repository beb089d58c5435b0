"""A real Chromium, headless."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser import chromium

# Chromium talks to nobody but the stack: no look-ups of its own, no updates.
SWITCHES = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]

# A cold start on a machine that does something else as well.
expect.set_options(timeout=20_000)


@contextmanager
def launched() -> Iterator[Browser]:
    executable = _chromium()
    # Chromium's sandbox does not work for root, whom containers and CI run as.
    switches = [*SWITCHES, "--no-sandbox"] if os.geteuid() == 0 else SWITCHES
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=switches)
        yield browser
        browser.close()


def _chromium() -> Path:
    if found := chromium.find():
        return found
    if os.environ.get("CI") == "true":
        pytest.fail(chromium.MISSING)
    pytest.skip(chromium.MISSING)
