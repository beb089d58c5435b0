"""The queue of a name: it opens when a service sends, and the sweeper closes it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.core.errors import (
    InvalidInputError,
    NotFoundError,
    TooManyError,
    UnavailableError,
)
from chalicelib.core.queueing.enqueue import Accepted, Work
from chalicelib.core.queueing.queue import State
from chalicelib.core.queueing.sweep import IDLE_MS
from tests.unit.core.queue_harness import LIMIT, QueueHarness
from tests.unit.core.service_calls import (
    ACCOUNT,
    NAME,
    SERVICE,
    numbers,
    queue_of,
    run_and_sweep,
    send,
    sweep_later,
)
from tests.unit.core.test_slot_costs import Counted


def test_the_first_request_for_a_name_opens_its_queue_and_the_next_one_costs_one_write(
    harness: QueueHarness,
) -> None:
    queues: Any = Counted(harness.store.queues)
    harness.enqueue = replace(harness.enqueue, queues=queues)
    assert numbers(send(harness)) == [1]
    assert queues.made == ["take_numbers", "get", "open_for_service", "take_numbers"]
    queues.made.clear()

    assert numbers(send(harness, 2)) == [2, 3]
    assert queues.made == ["take_numbers"]


def test_a_queue_closes_when_it_is_drained_and_opens_again(harness: QueueHarness) -> None:
    send(harness, 2)
    run_and_sweep(harness)
    assert (queue_of(harness).state, queue_of(harness).head) == (State.CLOSED, 2)
    assert harness.store.sweep_index.due(None) == []
    assert harness.wake_ups_waiting() == 0

    assert numbers(send(harness)) == [3]
    run_and_sweep(harness)

    assert harness.started == [1, 2, 3]
    assert (queue_of(harness).state, queue_of(harness).head) == (State.CLOSED, 3)


def test_requests_one_after_the_other_find_the_queue_open(harness: QueueHarness) -> None:
    send(harness)
    harness.run()
    harness.clock.advance(IDLE_MS - 1)
    harness.sweep()
    queues: Any = Counted(harness.store.queues)
    harness.enqueue = replace(harness.enqueue, queues=queues)

    assert numbers(send(harness)) == [2]
    assert queues.made == ["take_numbers"]


def test_a_caller_that_crashes_between_opening_and_the_number_leaves_nothing_open(
    harness: QueueHarness,
) -> None:
    harness.store.queues.open_for_service(NAME, harness.clock.now())

    sweep_later(harness)

    assert queue_of(harness).state is State.CLOSED
    assert harness.store.sweep_index.due(None) == []


class Meanwhile:
    """Queues of which another process writes something, once, just before a call."""

    def __init__(self, queues: object, method: str, do: Callable[[], object]) -> None:
        self._queues, self._method, self._left = queues, method, [do]

    def __getattr__(self, name: str) -> object:
        if name == self._method and self._left:
            self._left.pop()()
        return getattr(self._queues, name)


def racing(harness: QueueHarness, method: str, do: Callable[[], object]) -> None:
    queues: Any = Meanwhile(harness.store.queues, method, do)
    harness.enqueue = replace(harness.enqueue, queues=queues)


def test_a_queue_that_closes_before_the_number_is_taken_is_opened(harness: QueueHarness) -> None:
    send(harness)
    harness.run()
    racing(harness, "take_numbers", lambda: sweep_later(harness))

    assert numbers(send(harness)) == [2]
    assert queue_of(harness).state is State.OPEN


def test_a_queue_that_closes_again_just_after_it_was_opened_is_opened_again(harness: QueueHarness) -> None:
    send(harness)
    run_and_sweep(harness)
    queues = harness.store.queues
    opened = queues.open_for_service

    def open_and_lose(user_id: str, now: int) -> None:
        opened(user_id, now)
        queues.open_for_service = opened  # type: ignore[method-assign]
        sweep_later(harness)

    queues.open_for_service = open_and_lose  # type: ignore[method-assign]
    assert numbers(send(harness)) == [2]


@pytest.mark.parametrize("method", ["get", "open_for_service"])
def test_of_two_first_calls_both_are_given_numbers(harness: QueueHarness, method: str) -> None:
    first: list[Accepted] = []
    alone = replace(harness.enqueue)
    racing(harness, method, lambda: first.append(alone(NAME, SERVICE, [Work("skip", "null")])))

    second = send(harness)

    assert (numbers(first[0]), numbers(second)) == ([1], [2])


def test_a_full_queue_is_full_for_a_service_too(harness: QueueHarness) -> None:
    send(harness, LIMIT)

    with pytest.raises(TooManyError):
        send(harness)


def test_a_batch_that_no_queue_holds_is_refused_and_nothing_stays_open(harness: QueueHarness) -> None:
    with pytest.raises(InvalidInputError):
        send(harness, LIMIT + 1)

    sweep_later(harness)
    assert queue_of(harness).state is State.CLOSED


def test_a_service_does_not_open_the_queue_of_an_account(harness: QueueHarness) -> None:
    connections, now = harness.store.connections, harness.clock.now()
    with pytest.raises(NotFoundError):
        send(harness, user=ACCOUNT)
    assert ACCOUNT not in harness.store.tables.queues

    connections.open_session(ACCOUNT, "s", now + IDLE_MS, now)
    assert numbers(send(harness, user=ACCOUNT)) == [1]

    harness.run()
    ended = connections.end_session(ACCOUNT, "s")
    assert ended is not None
    harness.store.queues.close(ended)
    with pytest.raises(NotFoundError):
        send(harness, user=ACCOUNT)
    assert queue_of(harness, ACCOUNT).state is State.CLOSED


def test_an_unanswered_opening_is_left_to_the_callers_next_try(harness: QueueHarness) -> None:
    """The queue is open then, and found by the sweeper."""
    opened = harness.store.queues.open_for_service

    def lose_the_answer(user_id: str, now: int) -> None:
        opened(user_id, now)
        raise UnavailableError

    harness.store.queues.open_for_service = lose_the_answer  # type: ignore[method-assign]
    with pytest.raises(UnavailableError):
        send(harness)
    assert (queue_of(harness).tail, NAME in harness.store.sweep_index.due(None)) == (0, True)

    assert numbers(send(harness)) == [1]
