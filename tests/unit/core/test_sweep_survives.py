"""The sweeper rescues first, and goes on whatever goes wrong with one queue or one index."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.core.errors import UnavailableError
from chalicelib.core.queueing.at_work import QUIET_MS
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.request import Request
from tests.unit.core.queue_harness import HOUR_MS, SESSION, USER, QueueHarness

MINUTE_MS = 60_000
BAD, OTHER = "bad", "other"
ERRORS = [UnavailableError("Throttled."), ValueError("'held' is not a valid State")]

type Break = Callable[[QueueHarness, pytest.MonkeyPatch, Exception], None]


@pytest.fixture
def waiting(harness: QueueHarness) -> QueueHarness:
    """Three queues wait for wake-ups that were lost."""
    for user in (BAD, OTHER):
        harness.store.connections.open_session(
            user, SESSION, harness.clock.now() + HOUR_MS, harness.clock.now()
        )
    for user in (BAD, USER, OTHER):
        harness.store.queues.take_numbers(user, SESSION, 1, harness.clock.now())
    harness.clock.advance(MINUTE_MS)
    return harness


def rung(harness: QueueHarness) -> set[str]:
    return {message.group for message in harness.fifo.messages()}


def sweep_in_order(harness: QueueHarness, allowed_ms: int = 40_000) -> None:
    replace(harness.sweep, shuffle=list.sort)(allowed_ms)


def head_cannot_be_read(harness: QueueHarness, patch: pytest.MonkeyPatch, error: Exception) -> None:
    requests = harness.store.requests.list_after

    def fail(user_id: str, after: int, limit: int) -> Sequence[Request]:
        if user_id == BAD:
            raise error
        return requests(user_id, after, limit)

    patch.setattr(harness.store.requests, "list_after", fail)


def queue_cannot_be_understood(harness: QueueHarness, patch: pytest.MonkeyPatch, error: Exception) -> None:
    """As the state of a newer release, after that was rolled back. All are read together."""
    several = harness.store.sweep_index.get_many

    def fail(user_ids: Sequence[str]) -> Sequence[Queue]:
        if BAD in user_ids:
            raise ValueError from error
        return several(user_ids)

    patch.setattr(harness.store.sweep_index, "get_many", fail)


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("go_wrong", [head_cannot_be_read, queue_cannot_be_understood])
def test_what_goes_wrong_with_one_queue_does_not_stop_the_sweep(
    waiting: QueueHarness, monkeypatch: pytest.MonkeyPatch, go_wrong: Break, error: Exception
) -> None:
    go_wrong(waiting, monkeypatch, error)

    sweep_in_order(waiting)

    assert rung(waiting) == {USER, OTHER}


@pytest.mark.parametrize("error", ERRORS)
def test_an_index_that_cannot_be_read_does_not_stop_what_the_other_one_is_for(
    waiting: QueueHarness, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object) -> Sequence[str]:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(waiting.store.sweep_index, "with_expired_sessions", fail)
        waiting.sweep()
    assert rung(waiting) == {BAD, USER, OTHER}

    waiting.clock.advance(HOUR_MS)
    with monkeypatch.context() as patch:
        patch.setattr(waiting.store.sweep_index, "due", fail)
        waiting.sweep()
    assert [queue for queue in waiting.store.tables.queues.values() if queue.sessions] == []


def test_what_stands_still_is_rescued_before_anything_is_tidied_up(
    waiting: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thousands of sessions may expire in one minute, and an account may have a million requests."""
    now, connections = waiting.clock.now(), waiting.store.connections
    connections.open_session("over", SESSION, now, now)
    before = now - QUIET_MS - 1
    connections.open_session("gone", SESSION, now + HOUR_MS, before)
    connections.mark_for_removal("gone", before)
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
    waiting: QueueHarness, monkeypatch: pytest.MonkeyPatch
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
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.store.connections.mark_for_removal(USER, harness.clock.now())
    harness.clock.advance(QUIET_MS + 1)
    left = [True] * 5

    def forget(_: str) -> bool:
        harness.clock.advance(9_000)
        return not left or not left.pop()

    monkeypatch.setattr(harness.store.removal, "delete_requests", forget)
    harness.sweep(20_000)
    assert USER in harness.store.tables.queues

    harness.clock.advance(MINUTE_MS)
    harness.sweep(60_000)

    assert USER not in harness.store.tables.queues
