"""Queues of thousands, and how often the console asks."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from local_cloud.waiting import wait_until
from tests.browser.console_page import ConsolePage
from tests.browser.queue_on_paper import QueueOnPaper
from tests.patience import PATIENCE_S

HIDE = """
Object.defineProperty(document, "hidden", { value: true, configurable: true });
document.dispatchEvent(new Event("visibilitychange"));
"""
SHOW = "delete document.hidden; document.dispatchEvent(new Event('visibilitychange'));"


def test_of_a_long_queue_a_window_around_the_head_is_shown(console: ConsolePage) -> None:
    queue = QueueOnPaper(console, head=6_000, tail=12_000)
    console.sign_up()
    console.expect_cell(6_000, "echo, succeeded")
    console.expect_cell(6_001, "echo, queued")
    assert console.cells.count() < 60
    assert queue.largest_page <= console.cells.count()
    expect(console.page.get_by_role("button", name="earlier")).to_contain_text("5,9")
    expect(console.page.get_by_role("button", name="later")).to_contain_text("5,9")
    queue.head = 11_990
    console.expect_cell(11_991, "echo, queued")
    console.expect_cell(12_000, "echo, queued")
    expect(console.page.get_by_role("button", name="0 later")).to_be_disabled()


def test_a_long_queue_can_be_looked_through_by_button_and_by_keyboard(console: ConsolePage) -> None:
    QueueOnPaper(console, head=6_000, tail=12_000)
    console.sign_up()
    console.expect_cell(6_001, "echo, queued")
    shown = console.cells.count()
    first = 6_000 - shown // 3 + 1
    console.page.get_by_role("button", name="earlier").click()
    console.expect_cell(first - shown, "echo, succeeded")
    console.cell(first - shown).focus()
    console.page.keyboard.press("ArrowLeft")
    expect(console.cell(first - shown - 1)).to_be_focused()
    console.button("Follow head").click()
    console.expect_cell(6_001, "echo, queued")


def test_an_idle_queue_is_asked_ever_less_often(console: ConsolePage) -> None:
    console.page.clock.install()
    queue = QueueOnPaper(console, head=3, tail=3)
    console.sign_up()
    console.expect_cell(3, "echo, succeeded")
    queue.calls.clear()
    for _ in range(600):  # ten minutes; by the second, so that answers come in between
        console.page.clock.run_for(1_000)
    assert 30 <= queue.calls["queue"] <= 70
    assert queue.calls["requests"] == 0


@pytest.mark.parametrize(
    ("state", "reason", "until"),
    [
        ("paused", "paused", None),
        ("halted", "halted", None),
        ("open", "not_before", "2999-01-01T00:00:00.000Z"),
        ("open", "backoff", "2999-01-01T00:00:00.000Z"),
    ],
)
def test_a_queue_that_stands_still_is_asked_like_an_idle_one(
    console: ConsolePage, state: str, reason: str, until: str | None
) -> None:
    console.page.clock.install()
    queue = QueueOnPaper(console, head=3, tail=8)
    queue.state, queue.reason, queue.until = state, reason, until
    console.sign_up()
    console.expect_cell(3, "echo, succeeded")
    queue.calls.clear()
    for _ in range(120):
        console.page.clock.run_for(1_000)
    assert queue.calls["queue"] <= 25


def test_the_next_look_comes_in_time_for_the_next_try(console: ConsolePage) -> None:
    console.page.clock.install()
    queue = QueueOnPaper(console, head=3, tail=4)
    now = datetime.fromtimestamp(console.page.evaluate("Date.now()") / 1000, UTC)
    queue.reason, queue.until = "backoff", (now + timedelta(seconds=60)).isoformat()
    console.sign_up()
    expect(console.situation).to_contain_text("Next try in")
    for _ in range(62):
        console.page.clock.run_for(1_000)
    queue.head = 4
    console.page.clock.run_for(2_000)
    console.expect_fact("head", "4")


def asks_nothing_for_a_minute(console: ConsolePage, queue: QueueOnPaper) -> bool:
    """False once more where a call had left the page before, and arrives during that minute."""
    queue.calls.clear()
    for _ in range(60):
        console.page.clock.run_for(1_000)
    return queue.calls.total() == 0


@pytest.mark.parametrize("depth", [0, 5])
def test_a_hidden_tab_asks_nothing_and_a_tab_shown_again_asks_at_once(
    console: ConsolePage, depth: int
) -> None:
    console.page.clock.install()
    queue = QueueOnPaper(console, head=3, tail=3 + depth)
    console.sign_up()
    console.expect_cell(3, "echo, succeeded")
    console.page.evaluate(HIDE)
    assert wait_until(lambda: asks_nothing_for_a_minute(console, queue), PATIENCE_S)
    console.page.clock.run_for(3_600_000)
    assert queue.calls.total() == 0
    queue.head += depth
    with console.page.expect_response("**/api/queue"):
        console.page.evaluate(SHOW)
    console.expect_fact("head", str(queue.head))


def test_while_the_service_is_away_the_user_is_told_and_then_it_goes_on(console: ConsolePage) -> None:
    queue = QueueOnPaper(console, head=1, tail=1)
    console.sign_up()
    console.expect_fact("head", "1")
    console.page.route("**/api/queue", lambda route: route.abort())
    alert = console.page.get_by_role("alert").filter(has_text="The service cannot be reached.")
    expect(alert).to_be_visible(timeout=15_000)
    console.page.unroute("**/api/queue")
    console.page.route("**/api/queue", queue.answer)
    expect(alert).to_be_hidden(timeout=15_000)
