"""Each situation of a queue, reached for real: said in words, settled on the spot, free of barriers.

Barriers are looked for by day and by night; on a phone too, where its layout is another one.
"""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.axe import require_no_barrier
from tests.browser.conftest import DESKTOP, OpenConsole
from tests.browser.console_page import ConsolePage

PHONE: ViewportSize = {"width": 390, "height": 844}
SCREENS = pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])


def expect_announced(console: ConsolePage, words: str) -> None:
    expect(console.page.locator("#announcer")).to_contain_text(words)


@SCREENS
def test_at_the_door_and_with_nothing_sent_yet(open_console: OpenConsole, viewport: ViewportSize) -> None:
    console = open_console(viewport)
    require_no_barrier(console.page)
    console.sign_up()
    expect(console.situation).to_contain_text("Nothing has been sent yet")
    require_no_barrier(console.page)


def test_a_halted_queue_says_why_and_goes_on_with_retry_or_skip(console: ConsolePage) -> None:
    console.sign_up()
    console.say_when(Attempts_at_most="1")
    console.halt_if_it_fails()
    console.send("fail", Times="2")
    console.send("fail", Times="100")
    expect(console.situation).to_contain_text("Request 1 (fail) failed after 1 attempt")
    expect(console.situation).to_contain_text("Failed on purpose")
    expect(console.situation).to_contain_text("1 waits behind it.")
    expect(console.page).to_have_title(re.compile("Halted"))
    expect_announced(console, "The queue is halted: Request 1 (fail) has failed.")
    console.expect_cell(1, "fail, halted")
    console.cell(1).click()
    expect(console.details).to_contain_text("halts the queue")
    require_no_barrier(console.page)
    console.situation.get_by_role("button", name="Retry").click()
    expect(console.situation).to_contain_text("Request 1 (fail) failed after 2 attempts")
    console.situation.get_by_role("button", name="Skip").click()
    console.expect_cell(1, "fail, failed")
    expect(console.situation).to_contain_text("Request 2 (fail) failed after 1 attempt")
    console.cell(2).click()
    console.details.get_by_role("button", name="Skip").click()
    expect(console.situation).to_contain_text("All done")
    expect_announced(console, "Your queue is drained.")
    require_no_barrier(console.page)


def test_a_failed_request_can_be_sent_again(console: ConsolePage) -> None:
    console.sign_up()
    console.say_when(Attempts_at_most="1")
    console.send("fail", Times="1")
    console.expect_cell(1, "fail, failed")
    expect_announced(console, "1 request failed.")
    console.cell(1).click()
    console.details.get_by_role("button", name="Send again").click()
    expect(console.details).to_contain_text("Sent again, as request 2.")
    console.details.get_by_role("button", name="request 1").click()
    expect(console.details.get_by_role("heading", name="Request 1")).to_be_visible()


def test_it_is_not_known_whether_a_failed_request_was_sent_again_if_no_answer_comes(
    console: ConsolePage,
) -> None:
    console.sign_up()
    console.say_when(Attempts_at_most="1")
    console.send("fail", Times="1")
    console.expect_cell(1, "fail, failed")
    console.cell(1).click()
    console.page.route("**/api/queue/requests/1/retry", lambda route: route.abort())
    console.details.get_by_role("button", name="Send again").click()
    expect(console.details).to_contain_text("It is not known whether the request was sent again.")


@SCREENS
def test_a_scheduled_request_says_until_when_and_can_be_cancelled(
    open_console: OpenConsole, viewport: ViewportSize
) -> None:
    console = open_console(viewport)
    console.sign_up()
    moment = datetime.now(UTC).astimezone() + timedelta(days=2)
    console.say_when(Not_before=moment.strftime("%Y-%m-%dT%H:%M:%S"))
    console.send("echo")
    console.page.get_by_label("Not before").fill("")
    console.send("sleep", Seconds="0")
    expect(console.situation).to_contain_text("Request 1 (echo) waits until")
    expect(console.situation).to_contain_text(moment.strftime("%H:%M:%S"))
    expect(console.situation).to_contain_text("It starts in 2 d")
    console.expect_cell(1, "echo, scheduled")
    console.cell(1).click()
    expect(console.details).to_contain_text("waits for its time")
    require_no_barrier(console.page)
    console.situation.get_by_role("button", name="Cancel request").click()
    console.expect_cell(1, "echo, cancelled")
    console.expect_cell(2, "sleep, succeeded")


def test_a_retrying_request_says_which_attempt_failed_and_when_the_next_comes(console: ConsolePage) -> None:
    console.sign_up()
    console.say_when(Attempts_at_most="99")
    console.send("fail", Times="100")
    expect(console.situation).to_contain_text(re.compile(r"Request 1 \(fail\): attempt \d+( of 99)? failed"))
    expect(console.situation).to_contain_text("Next try")
    console.expect_cell(1, "fail, retrying")
    console.cell(1).click()
    expect(console.details).to_contain_text("waits for its next attempt")
    expect(console.details).to_contain_text("of 99")
    expect(console.details.get_by_role("region", name="Last attempt")).to_contain_text("Failed on purpose")
    require_no_barrier(console.page)
    cancelled = console.page.get_by_role("button", name="Request 1, fail, cancelled", exact=True)
    console.press_until(cancelled, console.situation.get_by_role("button", name="Cancel request"))


def test_pause_purge_and_delete_say_what_they_do(console: ConsolePage) -> None:
    console.sign_up()
    console.button("More").click()
    require_no_barrier(console.page)
    console.button("Pause").click()
    expect(console.situation).to_contain_text("Paused")
    expect_announced(console, "The queue is paused.")
    console.send("echo", "Send 20")
    expect(console.situation).to_contain_text("20 requests wait.")
    require_no_barrier(console.page)
    console.button("More").click()
    console.button("Cancel all waiting requests…").click()
    dialog = console.page.get_by_role("dialog", name="Cancel all waiting requests?")
    expect(dialog).to_contain_text("20 requests will be cancelled and never run.")
    require_no_barrier(console.page)
    dialog.get_by_role("button", name="Cancel 20 requests").click()
    console.expect_cell(20, "echo, cancelled")
    console.situation.get_by_role("button", name="Resume").click()
    expect(console.situation).to_contain_text("All done")
    expect_announced(console, "The queue goes on.")
    console.button("More").click()
    console.button("Delete the history…").click()
    console.page.keyboard.press("Escape")
    expect(console.button("More")).to_be_focused()
    console.button("More").click()
    console.button("Delete the history…").click()
    console.button("Delete the history").click()
    expect(console.situation).to_contain_text("The history was deleted")
    expect(console.cells).to_have_count(0)
    console.send("echo")
    console.expect_cell(21, "echo, succeeded")
    expect(console.cells).to_have_count(1)


def test_a_running_request_says_how_long_it_may_take_and_can_be_stopped(console: ConsolePage) -> None:
    console.sign_up()
    console.send("sleep", Seconds="20")  # longer than a busy machine takes to show what is expected of it
    console.send("echo")
    console.expect_cell(1, "sleep, running")
    console.expect_cell(2, "echo, queued")
    expect(console.situation).to_contain_text("Request 1 (sleep) is running")
    expect(console.situation).to_contain_text(re.compile(r"For .+, at most \d+ s\."))
    console.cell(1).click()
    require_no_barrier(console.page)
    console.button("Stop request").click()
    expect(console.situation).to_contain_text("It was asked to stop.")
    expect(console.button("Stop request")).to_have_count(0)
    console.expect_cell(1, "sleep, cancelled")
    console.expect_cell(2, "echo, succeeded")
    console.expect_fact("head", "2")


def test_an_administrators_pause_is_told_apart(console: ConsolePage) -> None:
    console.sign_up()
    console.button("More").click()
    console.button("Pause").click()
    refused = {
        "status": 409,
        "code": "paused_by_administrator",
        "detail": "An administrator paused the queue.",
    }
    console.page.route("**/api/queue/resume", lambda route: route.fulfill(status=409, json=refused))
    console.situation.get_by_role("button", name="Resume").click()
    expect(console.situation).to_contain_text("Paused by an administrator")
    expect(console.situation.get_by_role("button")).to_have_count(0)


def test_in_forced_colours_the_rails_show_only_how_far_they_reach(console: ConsolePage) -> None:
    console.page.emulate_media(forced_colors="active")
    console.sign_up()
    console.send("echo")
    console.expect_cell(1, "echo, succeeded")
    rail = console.page.locator(".slot .rail[data-cursor=read]")
    border = "node => getComputedStyle(node, '::before').borderTopStyle"
    assert rail.evaluate(border) == "none"
    console.page.get_by_role("button", name="Dequeue").click()
    console.expect_fact("read", "1")
    expect(console.page.locator(".slot .rail[data-cursor=read][data-reach]")).to_have_count(1)
    assert rail.evaluate(border) == "dotted"
