"""A real Chromium, headless, and the console open in it."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, ViewportSize

from tests.browser.console_page import ConsolePage
from tests.browser.launching import launched
from tests.conftest import DeployedStack

DESKTOP: ViewportSize = {"width": 1280, "height": 900}
type OpenConsole = Callable[..., ConsolePage]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


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
