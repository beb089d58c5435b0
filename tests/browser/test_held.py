"""A queue whose next request the deployed code cannot take.

The stack is the other tests' too, and has code that takes everything. So the hold is written here, for a
request that is not due yet: nobody looks at it before its user says so.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from chalicelib.adapters.dynamodb.store import DynamoStore
from chalicelib.adapters.runtime.clock import SystemClock
from chalicelib.core.queueing.queue import HoldReason, Queue
from tests.browser.axe import require_no_barrier
from tests.browser.console_page import ConsolePage


def queues(store: DynamoStore) -> Iterator[Queue]:
    after = None
    while page := store.queues.page(after, 100):
        yield from page
        after = page[-1].user_id


def test_a_held_queue_says_why_and_goes_on_when_the_code_can_take_the_request(
    console: ConsolePage, store: DynamoStore
) -> None:
    username = console.sign_up()
    moment = datetime.now(UTC).astimezone() + timedelta(days=2)
    console.say_when(Not_before=moment.strftime("%Y-%m-%dT%H:%M:%S"))
    console.send("echo")
    expect(console.situation).to_contain_text("Request 1 (echo) waits until")
    queue = next(queue for queue in queues(store) if queue.username == username)
    reason = HoldReason("invalid_payload", "payload.n is missing.", SystemClock().now(), "")

    store.queues.hold(queue, reason)

    expect(console.situation).to_contain_text("Request 1 (echo) waits for another version of the service")
    expect(console.situation).to_contain_text("payload.n is missing.")
    expect(console.page.locator("#announcer")).to_contain_text("The queue is held: Request 1 (echo)")
    console.expect_cell(1, "echo, held")
    console.cell(1).click()
    expect(console.details).to_contain_text("holds the queue")
    require_no_barrier(console.page)
    console.situation.get_by_role("button", name="Look again").click()
    expect(console.situation).to_contain_text("Request 1 (echo) waits until")
    console.expect_cell(1, "echo, scheduled")
