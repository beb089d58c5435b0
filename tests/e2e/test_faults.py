"""What breaks between two steps of an enqueue is mended without anyone's help.

The steps are taken one by one with the application's own store, up to where they break off.
"""

import json

import pytest

from chalicelib.adapters.dynamodb.store import DynamoStore
from chalicelib.adapters.runtime.clock import SystemClock
from chalicelib.core.queueing.progress import Progress
from chalicelib.core.queueing.request import Request, Status
from chalicelib.core.time import Millis
from infra.target import LOCAL_REGION
from tests.conftest import DeployedStack
from tests.e2e.users import User

SCHEDULED = {
    "version": "0",
    "account": "000000000000",
    "region": LOCAL_REGION,
    "detail": {},
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "time": "2026-11-21T00:00:00Z",
    "id": "0",
    "resources": [],
}


@pytest.fixture
def minute_ago() -> Millis:
    return SystemClock().now() - 60_000


def test_a_number_taken_and_never_used_does_not_hold_up_those_behind_it(
    store: DynamoStore, user: User, minute_ago: Millis
) -> None:
    _take_number(store, user, minute_ago)
    assert user.session.enqueue("echo", {"behind": "the hole"})["seq"] == 2

    outcome = user.session.dequeue()

    assert outcome is not None
    assert (outcome["seq"], outcome["result"]) == (2, {"behind": "the hole"})
    assert user.session.call("GET", "/api/queue/requests/1").status == 404


def test_the_sweeper_rings_for_a_request_whose_wake_up_was_lost(
    store: DynamoStore, user: User, minute_ago: Millis, stack: DeployedStack
) -> None:
    _accept_without_wake_up(store, user, minute_ago)

    answer = stack.emulator.client("lambda").invoke(
        FunctionName=stack.outputs["SweeperFunction"], Payload=json.dumps(SCHEDULED)
    )

    assert "FunctionError" not in answer, answer["Payload"].read()
    assert user.session.request(1, wait=20)["status"] == "succeeded"


def test_the_next_enqueue_rings_too(store: DynamoStore, user: User, minute_ago: Millis) -> None:
    _accept_without_wake_up(store, user, minute_ago)
    user.session.enqueue("echo", {"number": 2})

    outcomes = [user.session.dequeue() for _ in range(2)]

    assert [outcome["result"] for outcome in outcomes if outcome] == [{"number": 1}, {"number": 2}]


def _take_number(store: DynamoStore, user: User, now: Millis) -> int:
    """On a queue that has not moved since."""
    queue = store.queues.get(user.user_id)
    assert queue is not None
    [session_id] = queue.sessions
    store.queues.advance(queue, Progress.none(queue, now), now)
    return store.queues.take_numbers(user.user_id, session_id, 1, now).tail


def _accept_without_wake_up(store: DynamoStore, user: User, now: Millis) -> None:
    seq = _take_number(store, user, now)
    store.requests.write(Request(user.user_id, seq, "echo", '{"number": 1}', Status.QUEUED, enqueued_at=now))
