"""What breaks between two steps of an enqueue is mended without anyone's help.

The steps are taken one by one with the application's own store, up to where they break off.
"""

import pytest

from chalicelib.adapters.dynamodb.store import DynamoStore
from chalicelib.adapters.runtime.clock import SystemClock
from chalicelib.core.time import Millis
from tests.conftest import DeployedStack
from tests.e2e.sweeping import accept_without_wake_up, sweep, take_number
from tests.e2e.users import User


@pytest.fixture
def minute_ago() -> Millis:
    return SystemClock().now() - 60_000


def test_a_number_taken_and_never_used_does_not_hold_up_those_behind_it(
    store: DynamoStore, user: User, minute_ago: Millis
) -> None:
    take_number(store, user, minute_ago)
    assert user.session.enqueue("echo", {"behind": "the hole"})["seq"] == 2

    outcome = user.session.dequeue()

    assert outcome is not None
    assert (outcome["seq"], outcome["result"]) == (2, {"behind": "the hole"})
    assert user.session.call("GET", "/api/queue/requests/1").status == 404


def test_the_sweeper_rings_for_a_request_whose_wake_up_was_lost(
    store: DynamoStore, user: User, minute_ago: Millis, stack: DeployedStack
) -> None:
    accept_without_wake_up(store, user, minute_ago)

    sweep(stack)

    assert user.session.request(1, wait=20)["status"] == "succeeded"


def test_the_next_enqueue_rings_too(store: DynamoStore, user: User, minute_ago: Millis) -> None:
    accept_without_wake_up(store, user, minute_ago)
    user.session.enqueue("echo", {"number": 2})

    outcomes = [user.session.dequeue() for _ in range(2)]

    assert [outcome["result"] for outcome in outcomes if outcome] == [{"number": 1}, {"number": 2}]
