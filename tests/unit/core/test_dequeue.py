"""Handing outcomes out, in order, once."""

from typing import Any

import pytest

from chalicelib.core.errors import LostRaceError, UnauthenticatedError
from chalicelib.core.queueing.request import Request, Status
from tests.unit.core.stage import BROKEN, HOUR_MS, SESSION, USER, Stage


def dequeue(stage: Stage) -> int | None:
    request = stage.dequeue(USER, SESSION)
    return request.seq if request else None


def test_outcomes_are_handed_out_in_order_and_once(stage: Stage) -> None:
    stage.script[2] = [BROKEN] * 3
    stage.send(3)
    stage.run()

    assert [dequeue(stage) for _ in range(4)] == [1, 2, 3, None]


def test_what_has_no_outcome_is_not_handed_out(stage: Stage) -> None:
    stage.send()

    assert dequeue(stage) is None


def test_a_cancelled_request_is_handed_out_in_its_turn(stage: Stage) -> None:
    stage.send(3)
    stage.controls.cancel(USER, SESSION, 2)
    stage.run()

    assert [dequeue(stage) for _ in range(3)] == [1, 2, 3]
    assert stage.request(2).status is Status.CANCELLED


def test_voids_are_stepped_over(stage: Stage) -> None:
    stage.store.queues.take_numbers(USER, SESSION, 2, stage.clock.now())
    for seq in (1, 2):
        stage.store.requests.void(USER, seq, stage.clock.now())
    stage.send()
    stage.run()

    assert dequeue(stage) == 3


def test_it_waits_for_an_outcome(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.send()
    sleep = stage.clock.sleep
    naps: list[float] = []

    def work_meanwhile(seconds: float) -> None:
        sleep(seconds)
        naps.append(seconds)
        if len(naps) == 3:
            stage.run()

    monkeypatch.setattr(stage.clock, "sleep", work_meanwhile)

    found = stage.dequeue(USER, SESSION, wait=20)

    assert found
    assert found.seq == 1
    assert sum(naps) < 1


def test_it_does_not_wait_longer_than_it_is_told(stage: Stage) -> None:
    begun = stage.clock.now()

    assert stage.dequeue(USER, SESSION, wait=2) is None
    assert stage.clock.now() - begun == 2_000


def test_two_who_want_the_same_outcome_get_one_each(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.send(2)
    stage.run()
    move_read = stage.store.queues.move_read
    others: list[Request | None] = []

    def let_another_go_first(*arguments: Any) -> None:
        monkeypatch.undo()
        others.append(stage.dequeue(USER, SESSION))
        move_read(*arguments)

    monkeypatch.setattr(stage.store.queues, "move_read", let_another_go_first)

    assert dequeue(stage) == 2
    assert [other and other.seq for other in others] == [1]


def test_an_outcome_is_not_lost_when_the_answer_of_the_store_is(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.send()
    stage.run()
    move_read = stage.store.queues.move_read

    def repeat(*arguments: Any) -> None:
        move_read(*arguments)
        move_read(*arguments)

    monkeypatch.setattr(stage.store.queues, "move_read", repeat)

    assert dequeue(stage) == 1


def test_without_a_live_session_nothing_is_handed_out(stage: Stage) -> None:
    stage.send()
    stage.run()
    stage.clock.advance(HOUR_MS)

    with pytest.raises(UnauthenticatedError):
        dequeue(stage)

    assert stage.queue.read == 0


def test_a_session_that_ends_in_between_gets_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.send()
    stage.run()

    def end_first(*_: object) -> None:
        stage.store.connections.end_session(USER, SESSION)
        raise LostRaceError

    monkeypatch.setattr(stage.store.queues, "move_read", end_first)

    with pytest.raises(UnauthenticatedError):
        dequeue(stage)
