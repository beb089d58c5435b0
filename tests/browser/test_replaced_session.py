"""Another tab has signed in as another user: what this tab was doing never becomes that user's."""

import json

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import OpenConsole
from tests.browser.console_page import ConsolePage

STORED = "JSON.stringify({ ...localStorage })"
STORE = "kept => Object.assign(localStorage, kept)"
NOTICE = (
    "dispatchEvent(new StorageEvent('storage', { key: null }))"  # as the browser says it to the other tabs
)


@pytest.fixture
def elsewhere(console: ConsolePage, open_console: OpenConsole) -> ConsolePage:
    """Another tab, in which another user has signed in than in `console`."""
    console.sign_up()
    tab = open_console()
    tab.sign_up()
    return tab


def expect_user_of(elsewhere: ConsolePage, console: ConsolePage) -> None:
    expect(console.page.locator("#who")).to_have_text(elsewhere.page.locator("#who").inner_text())


def replace_session(console: ConsolePage, by: ConsolePage) -> None:
    """As another tab does it, before the browser has said so to this one."""
    console.page.evaluate(STORE, json.loads(by.page.evaluate(STORED)))


def hold(console: ConsolePage, address: str) -> list[Route]:
    held: list[Route] = []
    console.page.route(address, lambda route: held.append(route))  # noqa: PLW0108 - Playwright puts a mark on it
    return held


def test_what_waits_to_be_sent_never_reaches_the_queue_of_the_next_user(
    console: ConsolePage, elsewhere: ConsolePage
) -> None:
    held = hold(console, "**/api/queue/enqueue/batch")
    with console.page.expect_request("**/api/queue/enqueue/batch"):
        console.send("echo", "Send 20")
    console.button("Send one").click()

    replace_session(console, by=elsewhere)
    console.page.evaluate(NOTICE)

    expect_user_of(elsewhere, console)
    held[0].fulfill(status=202, json={"requests": [{"seq": 1}]})
    console.send("sleep", Seconds="0")
    console.expect_cell(1, "sleep, succeeded")
    console.expect_fact("tail", "1")


def test_the_call_of_one_user_never_goes_on_with_the_token_of_the_next(
    console: ConsolePage, elsewhere: ConsolePage
) -> None:
    console.refuse_token_once("**/api/queue/enqueue")
    replace_session(console, by=elsewhere)

    console.send("echo")  # is refused, and looks for a new token

    expect_user_of(elsewhere, console)
    console.send("sleep", Seconds="0")
    console.expect_cell(1, "sleep, succeeded")
    console.expect_fact("tail", "1")


def test_signing_out_does_not_end_the_session_of_the_next_user(
    console: ConsolePage, elsewhere: ConsolePage
) -> None:
    replace_session(console, by=elsewhere)

    console.button("Sign out").click()

    expect_user_of(elsewhere, console)
    console.send("echo")
    console.expect_cell(1, "echo, succeeded")
