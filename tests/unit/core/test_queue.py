"""What follows from the cursors and moments of a queue."""

import pytest

from chalicelib.core.queueing.queue import WAKE_UP_TRUSTED_MS, Queue, State, needs_wake_up
from chalicelib.core.queueing.request import Request, Status

NOW = 1_000_000
LONG_AGO = NOW - WAKE_UP_TRUSTED_MS
LATELY = LONG_AGO + 1


@pytest.mark.parametrize(
    ("awake", "moved_at", "state", "rings"),
    [
        (NOW, 0, State.OPEN, True),  # this enqueue found the worker at rest
        (LATELY, 0, State.OPEN, False),  # a wake-up is on its way
        (LONG_AGO, LATELY, State.OPEN, False),  # a worker is at work
        (LONG_AGO, LONG_AGO, State.OPEN, True),  # the wake-up may be lost
        (NOW, 0, State.PAUSED, False),
        (NOW, 0, State.HALTED, False),
    ],
)
def test_an_enqueue_rings_if_nobody_else_may_have(
    awake: int, moved_at: int, state: State, rings: bool
) -> None:
    queue = Queue("user", room=1, limit=10, tail=1, awake=awake, moved_at=moved_at, state=state)

    assert needs_wake_up(queue, NOW) is rings


@pytest.mark.parametrize(
    ("state", "purged", "status", "admitted"),
    [
        (State.OPEN, 0, Status.QUEUED, True),
        (State.CLOSED, 0, Status.QUEUED, True),
        (State.PAUSED, 0, Status.QUEUED, False),
        (State.PAUSED, 0, Status.CANCELLED, True),
        (State.PAUSED, 3, Status.QUEUED, True),
        (State.PAUSED, 2, Status.QUEUED, False),
        (State.HALTED, 0, Status.QUEUED, False),
        (State.HALTED, 0, Status.CANCELLED, False),
        (State.HALTED, 3, Status.QUEUED, True),
    ],
)
def test_the_drain_may_deal_with_the_next_request(
    state: State, purged: int, status: Status, admitted: bool
) -> None:
    queue = Queue("user", room=1, limit=10, tail=5, head=2, state=state, purged=purged)

    assert queue.lets_pass(Request("user", 3, "echo", "null", status, NOW)) is admitted


def test_the_drain_leaves_everything_of_a_user_who_is_leaving() -> None:
    queue = Queue("user", room=1, limit=10, tail=5, head=2, deleted_at=NOW)

    assert not queue.lets_pass(Request("user", 3, "echo", "null", Status.CANCELLED, NOW))
