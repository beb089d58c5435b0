"""A sweep whose time one user could use up: everybody else's entries enter, and its later parts run."""

from collections import Counter
from dataclasses import replace
from functools import partial
from typing import Any
from zlib import crc32

import pytest

from chalicelib.core.queueing.due_entries import AT_ONCE
from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.entering import PAGE
from chalicelib.core.queueing.entry import Entry, entry_id
from chalicelib.core.queueing.keeping import MINUTE_MS, MINUTES
from chalicelib.core.queueing.texts import SPARE_MS
from tests.fakes.methods import methods_of
from tests.unit.core.queue_harness import HOUR_MS, LIMIT, SESSION, USER, QueueHarness

CALL_MS = 10
OTHER = "ada:chat-7"
LARGE = f'"{"x" * 2_000}"'


def make_calls_take_time(
    harness: QueueHarness, patch: pytest.MonkeyPatch, call_ms: int = CALL_MS
) -> Counter[str]:
    """The calls of the store, by method and user, as they are made from now on."""
    calls = Counter[str]()

    def call(method: Any, name: str, *args: Any, **kwargs: Any) -> Any:
        harness.clock.advance(call_ms)
        calls[name] += 1
        if args and isinstance(args[0], str):
            calls[f"{name} {args[0]}"] += 1
        return method(*args, **kwargs)

    for port, name in methods_of(harness.store):
        patch.setattr(port, name, partial(call, getattr(port, name), name))
    return calls


def add_due_entries(harness: QueueHarness, user: str, count: int, at: int) -> None:
    entries = [
        Entry(user, entry_id(at, f"{number:016x}"), at, "skip", f"{number}", at) for number in range(count)
    ]
    harness.store.tables.entries[user] = {entry.id: entry for entry in entries}


def open_with_a_session_that_is_over(harness: QueueHarness, user: str) -> None:
    now = harness.clock.now()
    harness.store.connections.open_session(user, SESSION, now + 1, now)


def entered(harness: QueueHarness, user: str) -> int:
    return len(harness.store.tables.requests.get(user, {}))


def test_a_hundred_thousand_entries_without_room_keep_nobody_waiting(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_with_a_session_that_is_over(harness, "gone")
    harness.send(LIMIT)
    add_due_entries(harness, USER, 100_000, harness.clock.now() - HOUR_MS)
    harness.clock.advance(1_000)
    add_due_entries(harness, OTHER, 1, harness.clock.now())
    calls = make_calls_take_time(harness, monkeypatch)

    harness.sweep()

    assert entered(harness, OTHER) == 1
    assert harness.store.tables.queues["gone"].sessions == {}
    assert calls["earliest"] == 2, "the second time for what falls due meanwhile"
    assert (calls[f"get {USER}"], calls[f"due {USER}"], calls[f"take_number {USER}"]) == (1, 0, 0)


def test_a_hundred_thousand_entries_that_enter_leave_time_for_everything_else(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = harness.clock.now()
    open_with_a_session_that_is_over(harness, "gone")
    harness.make_room(100_000)
    add_due_entries(harness, USER, 100_000, started - HOUR_MS)
    harness.clock.advance(1_000)
    add_due_entries(harness, OTHER, 1, harness.clock.now())
    own = harness.store.tables.entries[USER]
    monkeypatch.setattr(  # the memory adapter sorts all of them for each page
        harness.store.entries,
        "_in_order",
        lambda user: list(own.values())[:PAGE] if user == USER else _all(harness, user),
    )
    calls = make_calls_take_time(harness, monkeypatch)

    counts = harness.sweep(allowed_ms=40_000)

    assert entered(harness, OTHER) == 1
    assert harness.store.tables.queues["gone"].sessions == {}
    assert counts.took_seconds < 40 * 0.8, "from here on the sweep stays for what is still due"
    assert harness.clock.now() - started > 40_000
    assert 500 < entered(harness, USER) < 100_000
    assert calls["earliest"] <= 40_000 // 5_000 + 3, "the index is not read for each page"
    assert calls[f"due {USER}"] == -(-entered(harness, USER) // PAGE)


def _all(harness: QueueHarness, user: str) -> list[Entry]:
    return list(harness.store.tables.entries[user].values())


def test_users_without_room_do_not_come_first(harness: QueueHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are more than one sweep has time for, and have waited for longest."""
    stuck = [f"stuck:{number}" for number in range(40 * AT_ONCE)]
    for user in stuck:
        add_due_entries(harness, user, 1, harness.clock.now() - HOUR_MS)
        harness.store.tables.queues[user] = replace(harness.queue, user_id=user, room=0, sessions={})
    harness.clock.advance(1_000)
    others = [f"other:{number}" for number in range(20)]
    for user in others:
        add_due_entries(harness, user, 1, harness.clock.now())
    make_calls_take_time(harness, monkeypatch)

    for _ in range(5):
        harness.sweep()

    assert sum(entered(harness, user) for user in others) == len(others)


def test_the_payloads_of_a_line_that_is_too_long_for_one_sweep_are_kept_in_the_next_ones(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.make_room(400)
    for _ in range(4):
        harness.enqueue(USER, SESSION, [Work("skip", LARGE)] * 100)
    harness.controls.pause(USER, None)
    written = {request.payload_until for request in harness.store.tables.requests[USER].values()}
    harness.clock.advance(SPARE_MS - HOUR_MS)
    left = -(harness.clock.now() // MINUTE_MS + crc32(USER.encode())) % MINUTES
    harness.clock.advance(left * MINUTE_MS)
    calls = make_calls_take_time(harness, monkeypatch, call_ms=50)
    sweeps = 0

    while harness.sweep.unkept or not sweeps:
        harness.sweep(10_000)
        harness.clock.advance(MINUTE_MS)
        sweeps += 1

    kept = {request.payload_until for request in harness.store.tables.requests[USER].values()}
    assert not written & kept
    assert 3 < sweeps < 9
    assert calls["keep_text"] == 400, "no sweep begins at the head again"
    harness.sweep()
    assert calls["keep_text"] == 400
