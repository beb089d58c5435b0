"""A queue whose next request the deployed code cannot take.

The stack is the other tests' too, and has code that takes everything. So the hold is written here, as if a
worker of the deployed code had looked, and for a request that is not due yet: nobody looks at it again before
its user says so.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import urllib3
from playwright.sync_api import expect

from chalicelib.adapters.dynamodb.store import DynamoStore
from chalicelib.adapters.runtime.clock import SystemClock
from chalicelib.core.queueing.queue import HoldReason, Queue
from local_cloud.waiting import wait_until
from tests.browser.axe import require_no_barrier
from tests.browser.console_page import ConsolePage
from tests.conftest import DeployedStack


def queues(store: DynamoStore) -> Iterator[Queue]:
    after = None
    while page := store.queues.page(after, 100):
        yield from page
        after = page[-1].user_id


def wake_ups(stack: DeployedStack) -> str:
    """All that were not deleted, also those that a worker serves: a view of LocalStack's, as JSON."""
    asked = {"QueueUrl": stack.outputs["WakeUpsUrl"], "ShowInvisible": "true", "ShowDelayed": "true"}
    url = f"{stack.emulator.edge_url}/_aws/sqs/messages?{urlencode(asked)}"
    answer = urllib3.request("GET", url, headers={"Accept": "application/json"})
    assert answer.status == 200, answer.data
    return answer.data.decode()


def code_of(stack: DeployedStack) -> str:
    worker = stack.outputs["WorkerFunction"]
    deployed = stack.emulator.client("lambda").get_function_configuration(FunctionName=worker)
    return str(deployed["Environment"]["Variables"]["CODE_FINGERPRINT"])


def test_a_held_queue_says_why_and_goes_on_when_the_code_can_take_the_request(
    console: ConsolePage, store: DynamoStore, stack: DeployedStack
) -> None:
    username = console.sign_up()
    moment = datetime.now(UTC).astimezone() + timedelta(days=2)
    console.say_when(Not_before=moment.strftime("%Y-%m-%dT%H:%M:%S"))
    console.send("echo")
    expect(console.situation).to_contain_text("Request 1 (echo) waits until")
    queue = next(queue for queue in queues(store) if queue.username == username)
    assert wait_until(lambda: f'"{queue.user_id}"' not in wake_ups(stack), 60)  # no worker looks at it now
    reason = HoldReason("invalid_payload", "payload.n is missing.", SystemClock().now(), code_of(stack))

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
