"""What follows from the cursors and moments of a queue."""

import pytest

from chalicelib.core.queue import RING_TRUSTED_MS, Queue, State, must_ring

NOW = 1_000_000
LONG_AGO = NOW - RING_TRUSTED_MS
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

    assert must_ring(queue, NOW) is rings


@pytest.mark.parametrize(
    ("state", "purged", "moves"),
    [
        (State.OPEN, 0, True),
        (State.CLOSED, 0, True),
        (State.PAUSED, 0, False),
        (State.HALTED, 0, False),
        (State.PAUSED, 3, True),
        (State.PAUSED, 2, False),
    ],
)
def test_a_worker_has_something_to_do(state: State, purged: int, moves: bool) -> None:
    queue = Queue("user", room=1, limit=10, tail=5, head=2, state=state, purged=purged)

    assert queue.moves is moves


def test_a_queue_without_work_does_not_move() -> None:
    assert not Queue("user", room=1, limit=10, tail=2, head=2).moves


def test_sessions_count_until_they_expire() -> None:
    queue = Queue("user", room=1, limit=10, sessions={"a": NOW, "b": NOW + 1})

    assert queue.live_sessions(NOW) == 1
