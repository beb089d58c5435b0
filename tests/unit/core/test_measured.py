"""What the core says of its work, for the metrics that are made of it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.adapters.memory.fifo import MemoryFifo
from chalicelib.adapters.memory.wake_ups import MemoryWakeUps
from chalicelib.core.errors import LostRaceError, UnavailableError
from chalicelib.core.log_events import observe
from chalicelib.core.queueing.callback_cursor import CallbackCursor, Owing
from chalicelib.core.queueing.callback_rescue import overdue_ms
from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.looks import FAR_MS, FIRST_MS
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.queue_store import Incomplete
from chalicelib.core.queueing.request import Outcome, Request, Status
from chalicelib.core.queueing.slots import IfBusy
from chalicelib.core.queueing.sweep import ALLOWED_MS
from chalicelib.core.queueing.sweep_counts import SweepCounts
from tests.unit.core.queue_harness import BROKEN, SESSION, USER, QueueHarness, lose_wake_ups

MINUTE_MS = 60_000
ENDED = {"cancelled", "expired", "succeeded", "superseded"}


class Events(list[tuple[str, Mapping[str, Any]]]):
    def fields_of(self, event: str) -> list[Mapping[str, Any]]:
        return [fields for name, fields in self if name == event]


@pytest.fixture
def events() -> Iterator[Events]:
    seen = Events()
    observe(lambda event, _, fields: seen.append((event, fields)))
    yield seen
    observe(None)


def waited(events: Events) -> list[int | None]:
    return [fields.get("waited_ms") for fields in events.fields_of("request started")]


def test_a_first_attempt_says_how_long_its_request_has_waited(harness: QueueHarness, events: Events) -> None:
    harness.script[1] = [harness.working_for(300)]
    harness.send(2)
    harness.clock.advance(1_000)
    harness.run()
    assert waited(events) == [1_000, 1_300]


def test_what_was_put_off_waits_from_the_moment_for_which_it_was_wanted(
    harness: QueueHarness, events: Events
) -> None:
    later = harness.clock.now() + 20_000
    harness.enqueue(USER, SESSION, [Work("skip", "null", not_before=later)])
    harness.run()
    [ms] = waited(events)
    assert ms is not None
    assert 0 <= ms < MINUTE_MS / 10


def test_a_repeated_attempt_has_not_waited_and_a_failed_one_has_run(
    harness: QueueHarness, events: Events
) -> None:
    def fail(_: Request) -> Any:
        harness.clock.advance(70)
        return BROKEN

    harness.script[1] = [fail]
    harness.send()
    harness.run()
    assert waited(events) == [0, None]
    assert [fields["took_ms"] for fields in events.fields_of("request will be retried")] == [70]


def test_an_attempt_after_a_crash_says_so(harness: QueueHarness, events: Events) -> None:
    harness.send()
    now = harness.clock.now()
    harness.store.requests.begin(harness.request(1), "worker", now, now + 5_000)
    harness.run()
    assert [fields["after"] for fields in events.fields_of("request started")] == ["crash"]


def send_what_ends_without_an_attempt(harness: QueueHarness) -> None:
    """One that is purged, one that is replaced, one that is begun too late, and one that is cancelled."""
    harness.controls.pause(USER, SESSION)
    harness.send()
    harness.controls.purge(USER, SESSION)
    later = harness.clock.now() + MINUTE_MS
    for busy in (IfBusy.QUEUE, IfBusy.REPLACE):
        harness.enqueue(USER, SESSION, [Work("skip", "null", slot="slot", if_busy=busy)])
    harness.enqueue(USER, SESSION, [Work("skip", "null", start_before=later)])
    harness.send()
    harness.controls.cancel(USER, SESSION, 5)
    harness.clock.advance(2 * MINUTE_MS)
    harness.controls.resume(USER, SESSION)


def test_each_request_that_is_not_begun_has_one_line_with_its_type(
    harness: QueueHarness, events: Events, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also if the first write of its outcome has lost a race, such as against another worker."""
    settle, tried = harness.store.requests.settle, set[int]()

    def lose_first(seen: Request, outcome: Outcome, now: int) -> Request:
        if seen.status is Status.QUEUED and seen.seq not in tried:
            tried.add(seen.seq)
            raise LostRaceError
        return settle(seen, outcome, now)

    monkeypatch.setattr(harness.store.requests, "settle", lose_first)
    send_what_ends_without_an_attempt(harness)
    harness.run()

    assert tried == {1, 2, 4}
    ended = [(name, found["seq"], found["type"]) for name, found in events if name.split()[1] in ENDED]
    assert sorted(ended) == [
        ("request cancelled", 1, "skip"),
        ("request cancelled", 5, "skip"),
        ("request expired", 4, "skip"),
        ("request succeeded", 3, "skip"),
        ("request superseded", 2, "skip"),
    ]


def test_a_sweep_counts_what_it_has_seen(harness: QueueHarness) -> None:
    harness.send(3)
    lose_wake_ups(harness)
    harness.clock.advance(2 * MINUTE_MS)

    swept = harness.sweep()

    counted = SweepCounts(queues=1, waiting=3, stale=1, oldest_seconds=120, any_read=True)
    assert replace(swept, took_seconds=0) == counted
    assert "oldest_callback_seconds" not in swept.fields(), "the deployment has no callbacks"


def test_a_queue_that_moves_or_waits_for_its_moment_is_not_stale(harness: QueueHarness) -> None:
    later = harness.clock.now() + 60 * MINUTE_MS
    harness.enqueue(USER, SESSION, [Work("skip", "null", not_before=later)])
    harness.wake()
    harness.clock.advance(10 * MINUTE_MS)

    swept = harness.sweep()

    assert (swept.queues, swept.stale, swept.oldest_seconds) == (1, 0, 0)


@pytest.mark.parametrize("state", ["halted", "held"])
def test_a_sweep_counts_queues_that_stand(request: pytest.FixtureRequest, state: str) -> None:
    harness = request.getfixturevalue(state)
    harness.clock.advance(FAR_MS)
    swept = harness.sweep()
    assert (swept.halted, swept.held) == (state == "halted", state == "held")
    for _ in range(30):
        harness.clock.advance(MINUTE_MS)
        assert harness.sweep().held == swept.held, "its alarm rings until it opens"


def test_a_sweep_counts_the_queues_that_it_could_not_look_at(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.send()
    harness.clock.advance(FIRST_MS)
    assert harness.sweep(0).not_looked_at == 1

    monkeypatch.setattr(harness.store.sweep_index, "get_many", refuse)
    assert harness.sweep(ALLOWED_MS).not_looked_at == 1


def refuse(*_: object) -> Any:
    raise UnavailableError


def test_nor_does_one_that_could_read_the_requests_of_none(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside a queue without work, which needs no such read."""
    now = harness.clock.now()
    harness.store.connections.open_session("other", "session", now + 60 * MINUTE_MS, now, "other")
    harness.send()
    lose_wake_ups(harness)
    harness.clock.advance(2 * MINUTE_MS)
    monkeypatch.setattr(harness.store.sweep_index, "due", lambda *_: [USER, "other"])
    monkeypatch.setattr(harness.store.requests, "list_after", refuse)

    fields = harness.sweep().fields()

    assert fields["not_looked_at"] == 1
    assert not {"stale", "oldest_seconds", "held"} & fields.keys()


def test_a_sweep_that_could_read_nothing_does_not_say_that_all_is_well(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the alarm on queues that are stuck would clear in an outage."""
    monkeypatch.setattr(harness.store.sweep_index, "due", refuse)
    assert harness.sweep().fields() == {"not_looked_at": 1, "took_seconds": 0}

    found = Incomplete([USER], unread=2)
    monkeypatch.setattr(harness.store.sweep_index, "due", lambda *_: found)
    harness.send()
    swept = harness.sweep()
    assert (swept.not_looked_at, swept.fields()["queues"]) == (2, 1)


def test_a_queue_whose_head_could_not_be_read_was_not_looked_at(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.send()
    lose_wake_ups(harness)
    harness.clock.advance(2 * MINUTE_MS)
    monkeypatch.setattr(harness.store.requests, "list_after", refuse)
    counted = {"queues": 1, "waiting": 1, "not_looked_at": 1, "took_seconds": 0}
    assert harness.sweep().fields() == counted


def test_a_sweep_says_for_how_long_nobody_has_made_the_callbacks_of_a_user(harness: QueueHarness) -> None:
    """One who is at rest, and one whose head moves all the time."""
    sweep, ages = replace(harness.sweep, callbacks=MemoryWakeUps(MemoryFifo(harness.clock.now))), []
    harness.clock.advance(30 * MINUTE_MS)  # since the first sign-in: what is owed is not as old
    harness.enqueue(USER, SESSION, [Work("skip", "null", callback="https://a.example/")])
    harness.run()
    for _ in range(3):
        harness.clock.advance(2 * MINUTE_MS)
        ages.append(sweep().fields()["oldest_callback_seconds"])
    for _ in range(3):
        harness.clock.advance(2 * MINUTE_MS)
        harness.send()
        harness.run()
        ages.append(sweep().fields()["oldest_callback_seconds"])
    assert ages == [120, 240, 360, 480, 600, 720]
    assert replace(sweep, owing={})().fields()["oldest_callback_seconds"] == 0, "it sees the cursor first now"


def test_a_callback_that_waits_for_its_next_call_is_not_overdue() -> None:
    """Nor is one that was owed just now, by a user who has had none for long."""
    queue = Queue(USER, 1, 1, moved_at=90_000, callbacks=CallbackCursor(first=1, last=1, next_at=120_000))
    assert [overdue_ms(queue, now, {}) for now in (100_000, 121_000)] == [0, 1_000]
    owed_now = replace(queue, callbacks=CallbackCursor(first=1, last=1, next_at=1_000))
    assert overdue_ms(owed_now, 91_000, {}) == 1_000
    assert overdue_ms(replace(queue, deleted_at=1), 200_000, {}) == 0
    seen = {USER: Owing(1, "of an earlier move", 0)}
    assert overdue_ms(owed_now, 91_000, seen) == 1_000
    assert seen == {USER: Owing(1, "", 90_000)}
