"""The sweeper rescues first, and goes on whatever goes wrong with one queue or one index."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.core.errors import UnavailableError
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.request import Request
from chalicelib.core.queueing.sweep import WORKER_MS
from tests.unit.core.stage import HOUR_MS, SESSION, USER, Stage

MINUTE_MS = 60_000
BAD, OTHER = "bad", "other"
ERRORS = [UnavailableError("Throttled."), ValueError("'held' is not a valid State")]

type Break = Callable[[Stage, pytest.MonkeyPatch, Exception], None]


@pytest.fixture
def waiting(stage: Stage) -> Stage:
    """Three queues wait for wake-ups that were lost."""
    for user in (BAD, OTHER):
        stage.store.connections.open_session(user, SESSION, stage.clock.now() + HOUR_MS, stage.clock.now())
    for user in (BAD, USER, OTHER):
        stage.store.queues.take_numbers(user, SESSION, 1, stage.clock.now())
    stage.clock.advance(MINUTE_MS)
    return stage


def rung(stage: Stage) -> set[str]:
    return {message.group for message in stage.fifo.messages()}


def sweep_in_order(stage: Stage, allowed_ms: int = 40_000) -> None:
    replace(stage.sweep, shuffle=list.sort)(allowed_ms)


def head_cannot_be_read(stage: Stage, patch: pytest.MonkeyPatch, error: Exception) -> None:
    requests = stage.store.requests.list_after

    def fail(user_id: str, after: int, limit: int) -> Sequence[Request]:
        if user_id == BAD:
            raise error
        return requests(user_id, after, limit)

    patch.setattr(stage.store.requests, "list_after", fail)


def queue_cannot_be_understood(stage: Stage, patch: pytest.MonkeyPatch, error: Exception) -> None:
    """As the state of a newer release, after that was rolled back. All are read together."""
    several = stage.store.sweep_index.get_many

    def fail(user_ids: Sequence[str]) -> Sequence[Queue]:
        if BAD in user_ids:
            raise ValueError from error
        return several(user_ids)

    patch.setattr(stage.store.sweep_index, "get_many", fail)


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("go_wrong", [head_cannot_be_read, queue_cannot_be_understood])
def test_what_goes_wrong_with_one_queue_does_not_stop_the_sweep(
    waiting: Stage, monkeypatch: pytest.MonkeyPatch, go_wrong: Break, error: Exception
) -> None:
    go_wrong(waiting, monkeypatch, error)

    sweep_in_order(waiting)

    assert rung(waiting) == {USER, OTHER}


@pytest.mark.parametrize("error", ERRORS)
def test_an_index_that_cannot_be_read_does_not_stop_what_the_other_one_is_for(
    waiting: Stage, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object) -> Sequence[str]:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(waiting.store.sweep_index, "with_expired_sessions", fail)
        waiting.sweep()
    assert rung(waiting) == {BAD, USER, OTHER}

    waiting.clock.advance(HOUR_MS)
    with monkeypatch.context() as patch:
        patch.setattr(waiting.store.sweep_index, "with_work", fail)
        waiting.sweep()
    assert [queue for queue in waiting.store.tables.queues.values() if queue.sessions] == []


def test_what_stands_still_is_rescued_before_anything_is_tidied_up(
    waiting: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thousands of sessions may expire in one minute, and an account may have a million requests."""
    now, connections = waiting.clock.now(), waiting.store.connections
    connections.open_session("over", SESSION, now, now)
    connections.open_session("gone", SESSION, now + HOUR_MS, now)
    connections.mark_for_removal("gone", now - WORKER_MS - 1)
    done: list[str] = []

    def note(port: object, name: str) -> None:
        method = getattr(port, name)

        def noted(*arguments: Any) -> Any:
            done.append(f"{name} {len(rung(waiting))}")
            return method(*arguments)

        monkeypatch.setattr(port, name, noted)

    note(waiting.store.connections, "end_session")
    note(waiting.store.removal, "delete_requests")
    waiting.sweep()

    assert done == ["end_session 3", "delete_requests 3"]


def test_a_sweep_begins_nothing_when_its_time_is_up_and_keeps_some_for_tidying(
    waiting: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here a look at a head takes three seconds."""
    waiting.store.connections.open_session("over", SESSION, waiting.clock.now(), waiting.clock.now())
    requests = waiting.store.requests.list_after

    def slow(user_id: str, after: int, limit: int) -> Sequence[Request]:
        waiting.clock.advance(3_000)
        return requests(user_id, after, limit)

    monkeypatch.setattr(waiting.store.requests, "list_after", slow)

    sweep_in_order(waiting, allowed_ms=10_000)

    assert rung(waiting) == {BAD, OTHER}, "6 of 10 seconds"
    assert not waiting.store.tables.queues["over"].sessions


def test_an_account_with_very_many_requests_is_removed_over_several_sweeps(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.store.connections.mark_for_removal(USER, stage.clock.now() - WORKER_MS - 1)
    left = [True] * 5

    def forget(_: str) -> bool:
        stage.clock.advance(9_000)
        return not left or not left.pop()

    monkeypatch.setattr(stage.store.removal, "delete_requests", forget)
    stage.sweep(20_000)
    assert USER in stage.store.tables.queues

    stage.sweep(60_000)

    assert USER not in stage.store.tables.queues
