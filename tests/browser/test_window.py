"""The part of the lane that is on show: read in full, and clear of what was deleted."""

import re

import pytest
from playwright.sync_api import Route, expect

from tests.browser.axe import require_no_barrier
from tests.browser.console_page import ConsolePage
from tests.browser.queue_on_paper import QueueOnPaper

LATE = "2999-01-01T00:00:00.000Z"


def test_a_history_that_was_deleted_elsewhere_goes_from_the_lane(console: ConsolePage) -> None:
    queue = QueueOnPaper(console, head=6_000, tail=6_000)
    console.sign_up()
    console.expect_cell(6_000, "echo, succeeded")
    console.page.get_by_role("button", name="earlier").click()
    expect(console.cell(6_000)).to_have_count(0)

    queue.floor = 6_000

    expect(console.situation).to_contain_text("The history was deleted")
    expect(console.cells).to_have_count(0)
    queue.head = queue.tail = 6_100
    console.expect_cell(6_001, "echo, succeeded")
    expect(console.page.get_by_role("button", name="later")).to_be_enabled()


def test_one_who_deletes_the_history_follows_the_head_again(console: ConsolePage) -> None:
    queue = QueueOnPaper(console, head=6_000, tail=6_000)
    console.sign_up()
    console.expect_cell(6_000, "echo, succeeded")
    console.page.get_by_role("button", name="earlier").click()
    expect(console.button("Follow head")).to_have_attribute("aria-pressed", "false")

    def delete(route: Route) -> None:
        if route.request.method == "DELETE":
            queue.floor, queue.head, queue.tail = 6_000, 6_100, 6_100
        queue.answer(route)

    console.page.route("**/api/queue", delete)
    console.button("More").click()
    console.button("Delete the history…").click()
    console.button("Delete the history").click()

    console.expect_cell(6_100, "echo, succeeded")
    expect(console.button("Follow head")).to_have_attribute("aria-pressed", "true")


def test_a_window_whose_results_are_too_large_for_one_answer_is_read_in_several(console: ConsolePage) -> None:
    queue = QueueOnPaper(console, head=6_000, tail=6_000)
    queue.page_size = 5
    console.sign_up()
    console.expect_cell(6_000, "echo, succeeded")
    expect(
        console.page.get_by_role("button", name=re.compile("^Request .*, (missing|unknown)$"))
    ).to_have_count(0)
    shown = console.cells.count()
    console.expect_cell(6_000 - shown + 1, "echo, succeeded")


def test_what_has_not_been_read_yet_is_not_said_to_be_gone(console: ConsolePage) -> None:
    QueueOnPaper(console, head=6_000, tail=12_000)
    console.sign_up()
    console.expect_cell(6_001, "echo, queued")
    held: list[Route] = []
    first_requests = re.compile(r"/api/queue/requests\?after=\d\d?&")
    console.page.route(first_requests, lambda route: held.append(route))  # noqa: PLW0108 - Playwright puts a mark on it
    console.page.get_by_label("Number of a request").fill("42")

    with console.page.expect_request(first_requests):
        console.button("Go").click()

    console.expect_cell(42, "unknown")
    require_no_barrier(console.page)
    held[0].fallback()
    console.expect_cell(42, "echo, succeeded")


@pytest.mark.parametrize(
    ("reason", "words", "status", "told"),
    [
        ("sleeping", "Request 4 (echo) sleeps until", "sleeping", "Sleeps until"),
        ("signal", "Request 4 (echo) waits for a signal", "awaiting", "Gives up"),
    ],
)
def test_a_handler_that_sleeps_or_waits_for_a_signal_is_told_apart_from_a_start_time(
    console: ConsolePage, reason: str, words: str, status: str, told: str
) -> None:
    queue = QueueOnPaper(console, head=3, tail=8)
    queue.reason, queue.until = reason, LATE
    console.sign_up()

    expect(console.situation).to_contain_text(words)
    expect(console.situation).not_to_contain_text("starts")
    console.expect_cell(4, f"echo, {status}")
    console.page.get_by_text("What the signs mean").click()
    expect(console.page.get_by_role("list", name="Statuses")).to_contain_text(f"{status}: ")
    require_no_barrier(console.page)
    console.page.route("**/api/queue/requests/4", lambda route: route.fulfill(json=queue.request(4)))
    console.cell(4).click()
    expect(console.details).to_contain_text(told)
    expect(console.situation.get_by_role("button", name="Cancel request")).to_be_visible()
