"""A queue is paused and resumed, by its user and by administrators."""

import pytest

from chalicelib.core.errors import ConflictError
from chalicelib.core.queueing.queue import PausedBy, State
from chalicelib.core.queueing.request import Failure, Request
from tests.unit.core.queue_harness import BROKEN, HOUR_MS, SESSION, USER, QueueHarness


def test_nothing_is_begun_while_the_queue_is_paused(harness: QueueHarness) -> None:
    harness.controls.pause(USER, SESSION)
    harness.send(2)
    harness.run()
    assert harness.started == []

    harness.controls.resume(USER, SESSION)
    harness.run()

    assert harness.started == [1, 2]


def test_pausing_and_resuming_twice_is_as_once(harness: QueueHarness) -> None:
    harness.controls.pause(USER, SESSION)
    assert harness.controls.pause(USER, SESSION).state is State.PAUSED
    harness.controls.resume(USER, SESSION)
    assert harness.controls.resume(USER, SESSION).state is State.OPEN


def test_only_an_administrator_ends_an_administrators_pause(harness: QueueHarness) -> None:
    harness.controls.pause(USER, SESSION)
    harness.controls.pause(USER, None)

    assert harness.controls.pause(USER, SESSION).paused_by is PausedBy.ADMINISTRATOR
    with pytest.raises(ConflictError) as refused:
        harness.controls.resume(USER, SESSION)

    assert refused.value.code == "paused_by_administrator"
    assert harness.queue.state is State.PAUSED
    assert harness.controls.resume(USER, None).state is State.OPEN


@pytest.mark.parametrize("session", [SESSION, None])
def test_a_pause_holds_though_its_user_signs_out_and_in(harness: QueueHarness, session: str | None) -> None:
    harness.controls.pause(USER, session)
    harness.store.connections.end_session(USER, SESSION)
    harness.sweep()
    assert harness.queue.state is State.CLOSED

    harness.store.connections.open_session(USER, SESSION, harness.clock.now() + HOUR_MS, harness.clock.now())
    harness.send()
    harness.run()

    assert (harness.queue.state, harness.started) == (State.PAUSED, [])
    harness.controls.resume(USER, session)
    harness.run()
    assert harness.started == [1]


def test_a_closed_queue_is_paused_by_an_administrator_for_when_its_user_comes_back(
    harness: QueueHarness,
) -> None:
    harness.store.queues.close(harness.queue)

    assert harness.controls.pause(USER, None).state is State.CLOSED
    harness.store.connections.open_session(USER, SESSION, harness.clock.now() + HOUR_MS, harness.clock.now())

    assert harness.queue.state is State.PAUSED


@pytest.mark.parametrize("deeds", [["pause"], ["pause", "resume"], ["resume"], ["purge"]])
def test_a_closed_queue_stays_closed_whatever_an_administrator_does(
    harness: QueueHarness, deeds: list[str]
) -> None:
    harness.store.queues.close(harness.queue)

    for deed in deeds:
        getattr(harness.controls, deed)(USER, None)

    assert (harness.queue.state, harness.queue.awake, harness.wake_ups_waiting()) == (State.CLOSED, None, 0)


def test_a_pause_holds_though_what_was_running_is_to_halt_the_queue(harness: QueueHarness) -> None:
    def pause(_: Request) -> Failure:
        harness.controls.pause(USER, None)
        return BROKEN

    harness.script[1] = [pause]
    harness.send(type_="halt")
    harness.send()
    harness.run()
    assert harness.queue.state is State.PAUSED

    harness.controls.resume(USER, None)
    harness.run()

    assert (harness.queue.state, harness.started) == (State.HALTED, [1])


def test_a_halted_queue_is_neither_paused_nor_resumed(halted: QueueHarness) -> None:
    for control in (halted.controls.pause, halted.controls.resume):
        with pytest.raises(ConflictError, match="request 1"):
            control(USER, SESSION)
