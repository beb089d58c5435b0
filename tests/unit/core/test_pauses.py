"""A queue is paused and resumed, by its user and by administrators."""

import pytest

from chalicelib.core.errors import ConflictError
from chalicelib.core.queueing.queue import PausedBy, State
from chalicelib.core.queueing.request import Failure, Request
from tests.unit.core.stage import BROKEN, HOUR_MS, SESSION, USER, Stage


def test_nothing_is_begun_while_the_queue_is_paused(stage: Stage) -> None:
    stage.controls.pause(USER, SESSION)
    stage.send(2)
    stage.run()
    assert stage.started == []

    stage.controls.resume(USER, SESSION)
    stage.run()

    assert stage.started == [1, 2]


def test_pausing_and_resuming_twice_is_as_once(stage: Stage) -> None:
    stage.controls.pause(USER, SESSION)
    assert stage.controls.pause(USER, SESSION).state is State.PAUSED
    stage.controls.resume(USER, SESSION)
    assert stage.controls.resume(USER, SESSION).state is State.OPEN


def test_only_an_administrator_ends_an_administrators_pause(stage: Stage) -> None:
    stage.controls.pause(USER, SESSION)
    stage.controls.pause(USER, None)

    assert stage.controls.pause(USER, SESSION).paused_by is PausedBy.ADMINISTRATOR
    with pytest.raises(ConflictError) as refused:
        stage.controls.resume(USER, SESSION)

    assert refused.value.code == "paused_by_administrator"
    assert stage.queue.state is State.PAUSED
    assert stage.controls.resume(USER, None).state is State.OPEN


@pytest.mark.parametrize("session", [SESSION, None])
def test_a_pause_holds_though_its_user_signs_out_and_in(stage: Stage, session: str | None) -> None:
    stage.controls.pause(USER, session)
    stage.store.connections.end_session(USER, SESSION)
    stage.sweep()
    assert stage.queue.state is State.CLOSED

    stage.store.connections.open_session(USER, SESSION, stage.clock.now() + HOUR_MS, stage.clock.now())
    stage.send()
    stage.run()

    assert (stage.queue.state, stage.started) == (State.PAUSED, [])
    stage.controls.resume(USER, session)
    stage.run()
    assert stage.started == [1]


def test_a_closed_queue_is_paused_by_an_administrator_for_when_its_user_comes_back(stage: Stage) -> None:
    stage.store.queues.close(stage.queue)

    assert stage.controls.pause(USER, None).state is State.CLOSED
    stage.store.connections.open_session(USER, SESSION, stage.clock.now() + HOUR_MS, stage.clock.now())

    assert stage.queue.state is State.PAUSED


@pytest.mark.parametrize("deeds", [["pause"], ["pause", "resume"], ["resume"], ["purge"]])
def test_a_closed_queue_stays_closed_whatever_an_administrator_does(stage: Stage, deeds: list[str]) -> None:
    stage.store.queues.close(stage.queue)

    for deed in deeds:
        getattr(stage.controls, deed)(USER, None)

    assert (stage.queue.state, stage.queue.awake, stage.rings()) == (State.CLOSED, None, 0)


def test_a_pause_holds_though_what_was_running_is_to_halt_the_queue(stage: Stage) -> None:
    def pause(_: Request) -> Failure:
        stage.controls.pause(USER, None)
        return BROKEN

    stage.script[1] = [pause]
    stage.send(type_="halt")
    stage.send()
    stage.run()
    assert stage.queue.state is State.PAUSED

    stage.controls.resume(USER, None)
    stage.run()

    assert (stage.queue.state, stage.started) == (State.HALTED, [1])


def test_a_halted_queue_is_neither_paused_nor_resumed(halted: Stage) -> None:
    for control in (halted.controls.pause, halted.controls.resume):
        with pytest.raises(ConflictError, match="request 1"):
            control(USER, SESSION)
