"""Handing outcomes out, in order, once."""

from collections.abc import Sequence
from typing import Any

import pytest

from chalicelib.core.errors import LostRaceError, UnauthenticatedError
from chalicelib.core.queueing.request import Request, Status
from tests.unit.core.queue_harness import BROKEN, HOUR_MS, SESSION, USER, QueueHarness


def dequeue(harness: QueueHarness) -> int | None:
    request = harness.dequeue(USER, SESSION)
    return request.seq if request else None


def let_another_go_first(harness: QueueHarness, monkeypatch: pytest.MonkeyPatch) -> list[Request | None]:
    """Another client dequeues just before `read` is moved the next time. What it gets, once it has."""
    move_read = harness.store.queues.move_read
    others: list[Request | None] = []

    def go_first(*arguments: Any) -> None:
        monkeypatch.undo()
        others.append(harness.dequeue(USER, SESSION))
        move_read(*arguments)

    monkeypatch.setattr(harness.store.queues, "move_read", go_first)
    return others


def test_outcomes_are_handed_out_in_order_and_once(harness: QueueHarness) -> None:
    harness.script[2] = [BROKEN] * 3
    harness.send(3)
    harness.run()

    assert [dequeue(harness) for _ in range(4)] == [1, 2, 3, None]


def test_one_of_many_outcomes_is_read_alone(harness: QueueHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    """And so is a page: what is behind it is not paid for."""
    read = list[tuple[int, int]]()
    list_without_payloads = harness.store.requests.list_without_payloads

    def note(user_id: str, after: int, limit: int) -> Sequence[Request]:
        read.append((after, limit))
        return list_without_payloads(user_id, after, limit)

    monkeypatch.setattr(harness.store.requests, "list_without_payloads", note)
    harness.send(5)
    harness.run()

    assert (dequeue(harness), read) == (1, [(0, 1)])
    read.clear()
    assert ([request.seq for request in harness.dequeue_some(3)], read) == ([2, 3, 4], [(1, 3)])


def test_what_has_no_outcome_is_not_handed_out(harness: QueueHarness) -> None:
    harness.send()

    assert dequeue(harness) is None


def test_a_cancelled_request_is_handed_out_in_its_turn(harness: QueueHarness) -> None:
    harness.send(3)
    harness.controls.cancel(USER, SESSION, 2)
    harness.run()

    assert [dequeue(harness) for _ in range(3)] == [1, 2, 3]
    assert harness.request(2).status is Status.CANCELLED


def test_voids_are_stepped_over(harness: QueueHarness) -> None:
    harness.store.queues.take_numbers(USER, SESSION, 2, harness.clock.now())
    for seq in (1, 2):
        harness.store.requests.void(USER, seq, harness.clock.now())
    harness.send()
    harness.run()

    assert dequeue(harness) == 3


def test_it_waits_for_an_outcome(harness: QueueHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    harness.send()
    sleep = harness.clock.sleep
    naps: list[float] = []

    def work_meanwhile(seconds: float) -> None:
        sleep(seconds)
        naps.append(seconds)
        if len(naps) == 3:
            harness.run()

    monkeypatch.setattr(harness.clock, "sleep", work_meanwhile)

    found = harness.dequeue(USER, SESSION, wait=20)

    assert found
    assert found.seq == 1
    assert sum(naps) < 1


def test_it_does_not_wait_longer_than_it_is_told(harness: QueueHarness) -> None:
    begun = harness.clock.now()

    assert harness.dequeue(USER, SESSION, wait=2) is None
    assert harness.clock.now() - begun == 2_000


def test_two_who_want_the_same_outcome_get_one_each(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.send(2)
    harness.run()
    others = let_another_go_first(harness, monkeypatch)

    assert dequeue(harness) == 2
    assert [other and other.seq for other in others] == [1]


def test_an_outcome_is_not_lost_when_the_answer_of_the_store_is(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.send()
    harness.run()
    move_read = harness.store.queues.move_read

    def repeat(*arguments: Any) -> None:
        move_read(*arguments)
        move_read(*arguments)

    monkeypatch.setattr(harness.store.queues, "move_read", repeat)

    assert dequeue(harness) == 1


def test_without_a_live_session_nothing_is_handed_out(harness: QueueHarness) -> None:
    harness.send()
    harness.run()
    harness.clock.advance(HOUR_MS)

    with pytest.raises(UnauthenticatedError):
        dequeue(harness)

    assert harness.queue.read == 0


def test_a_session_that_ends_in_between_gets_nothing(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.send()
    harness.run()

    def end_first(*_: object) -> None:
        harness.store.connections.end_session(USER, SESSION)
        raise LostRaceError

    monkeypatch.setattr(harness.store.queues, "move_read", end_first)

    with pytest.raises(UnauthenticatedError):
        dequeue(harness)


def test_several_are_taken_by_one_write_and_none_is_stepped_over(harness: QueueHarness) -> None:
    harness.store.queues.take_numbers(USER, SESSION, 1, harness.clock.now())
    harness.store.requests.void(USER, 1, harness.clock.now())
    harness.send(4)
    harness.run()

    taken = [[request.seq for request in harness.dequeue_some(most)] for most in (3, 3, 3)]

    assert taken == [[2, 3, 4], [5], []]
    assert harness.queue.read == 5


def test_what_is_taken_together_is_taken_again_by_nobody(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.send(3)
    harness.run()
    others = let_another_go_first(harness, monkeypatch)

    assert [request.seq for request in harness.dequeue_some(3)] == [2, 3]
    assert [other and other.seq for other in others] == [1]
