"""A real Chromium, headless, and the console open in it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ViewportSize, expect, sync_playwright

from tests.browser import chromium
from tests.browser.console_page import ConsolePage
from tests.conftest import DeployedStack

DESKTOP: ViewportSize = {"width": 1280, "height": 900}
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

type OpenConsole = Callable[..., ConsolePage]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
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


@pytest.fixture
def open_console(browser: Browser, stack: DeployedStack) -> Iterator[OpenConsole]:
    """Opens the console as another visitor each time, with a browser context of their own."""
    contexts = []

    def open_it(viewport: ViewportSize = DESKTOP, address: str = "/") -> ConsolePage:
        # Without animations: where there is no graphics card, processors draw each of their frames.
        context = browser.new_context(viewport=viewport, base_url=stack.api_url, reduced_motion="reduce")
        contexts.append(context)
        return ConsolePage.open(context, address)

    yield open_it
    for context in contexts:
        context.close()


@pytest.fixture
def console(open_console: OpenConsole) -> ConsolePage:
    return open_console()
