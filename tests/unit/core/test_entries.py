"""What enters the line beside what is sent to it: when, in which order, and whatever goes wrong."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.core.errors import LostRaceError, UnavailableError
from chalicelib.core.queueing.attempt import Result
from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.entry import Entry, entry_id
from chalicelib.core.queueing.idempotency import IdempotencyKey
from chalicelib.core.queueing.queue import State
from chalicelib.core.queueing.request import Follows, Status
from chalicelib.core.queueing.scheduling import Scheduled
from chalicelib.core.queueing.sweep import IDLE_MS
from tests.unit.core.queue_harness import LIMIT, SESSION, USER, QueueHarness

NAME = "ada:chat-7"


def schedule(
    harness: QueueHarness, seconds: float, payload: str = "null", key: IdempotencyKey | None = None
) -> Scheduled:
    moment = harness.clock.now() + round(seconds * 1000)
    return harness.scheduling.schedule(USER, SESSION, Work("skip", payload), moment, key)


def follow_ups(harness: QueueHarness, *users: str) -> Result:
    now = harness.clock.now()
    return Result(
        '"done"',
        [
            Entry(user, entry_id(now, "0" * 16, n), now, "skip", f"{n}", now, follows=Follows(USER, 1))
            for n, user in enumerate(users)
        ],
    )


def payloads(harness: QueueHarness, user: str = USER) -> list[str]:
    found = harness.store.tables.requests.get(user, {})
    return [found[seq].payload for seq in sorted(found) if found[seq].status is not Status.VOID]


def sweep(harness: QueueHarness) -> None:
    """It stays for nothing."""
    harness.sweep(1)


def test_what_is_scheduled_delays_nobody_and_gets_its_number_when_it_enters(harness: QueueHarness) -> None:
    scheduled = schedule(harness, 90)
    assert scheduled.seq is None
    harness.send()
    harness.run()
    assert harness.statuses() == [Status.SUCCEEDED]

    harness.clock.advance(90_000)
    harness.send()
    sweep(harness)
    harness.run()

    assert harness.started == [1, 2, 3]
    assert harness.store.tables.entries[USER] == {}


def test_what_is_due_already_enters_at_once(harness: QueueHarness) -> None:
    assert schedule(harness, -1).seq == 1
    assert harness.wake_ups_waiting() == 1


def test_a_sweep_stays_for_what_falls_due_in_its_time_and_for_nothing_else(harness: QueueHarness) -> None:
    started = harness.clock.now()
    harness.sweep()
    assert harness.clock.now() == started

    schedule(harness, 20, "1")
    schedule(harness, 8, "0")
    schedule(harness, 3_600)
    harness.sweep()

    assert payloads(harness) == ["0", "1"]
    assert [harness.request(seq).enqueued_at - started for seq in (1, 2)] == [8_000, 20_000]
    assert harness.clock.now() == started + 20_000


def test_the_oldest_enters_first_and_nothing_behind_what_has_no_room(harness: QueueHarness) -> None:
    for number, seconds in enumerate((3, 1, 2)):
        schedule(harness, seconds, f"{number}")
    harness.send(LIMIT - 1)
    harness.clock.advance(5_000)

    sweep(harness)
    assert payloads(harness)[LIMIT - 1 :] == ["1"]

    harness.run()
    sweep(harness)
    assert payloads(harness)[LIMIT - 1 :] == ["1", "2", "0"]


def test_follow_ups_enter_in_the_same_pass_in_the_order_of_the_calls(harness: QueueHarness) -> None:
    harness.script[1] = [lambda _: follow_ups(harness, USER, NAME, USER)]
    harness.send()
    harness.run()

    assert payloads(harness) == ["null", "0", "2"]
    assert harness.started == [1, 2, 3, 1], "the last one is of the name"
    assert harness.request(2).follows == Follows(USER, 1)
    assert payloads(harness, NAME) == ["1"]


def test_the_queue_of_a_name_opens_with_its_first_request_and_closes_a_minute_after_it_was_drained(
    harness: QueueHarness,
) -> None:
    harness.script[1] = [lambda _: follow_ups(harness, NAME)]
    harness.send()
    harness.run()
    harness.clock.advance(IDLE_MS - 1)
    harness.sweep()
    assert harness.store.tables.queues[NAME].state is State.OPEN

    harness.clock.advance(1)
    harness.sweep()

    assert harness.store.tables.queues[NAME].state is State.CLOSED
    assert NAME not in harness.store.sweep_index.due(None)


def test_follow_ups_that_could_not_enter_are_left_to_the_sweeper(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise UnavailableError("The store does not answer.")

    harness.script[1] = [lambda _: follow_ups(harness, USER)]
    harness.send()
    with monkeypatch.context() as patch:
        patch.setattr(harness.store.entries, "take_number", fail)
        harness.run()
        assert harness.statuses() == [Status.SUCCEEDED]

    sweep(harness)
    harness.run()

    assert payloads(harness) == ["null", "0"]


def test_whoever_comes_second_voids_the_number_that_it_took(harness: QueueHarness) -> None:
    entry = schedule(harness, 1).entry
    harness.clock.advance(1_000)
    assert harness.entering(entry)

    assert harness.entering(entry) is None

    assert harness.statuses() == [Status.QUEUED, Status.VOID]


def test_an_entry_whose_key_was_lost_enters_without_it(harness: QueueHarness) -> None:
    entry = schedule(harness, 1, key=IdempotencyKey("key", "fingerprint")).entry
    schedule(harness, 2, "2")
    harness.store.tables.keys.clear()
    harness.clock.advance(2_000)

    sweep(harness)

    assert payloads(harness) == ["null", "2"]
    assert harness.request(1).key is None
    assert entry.id not in harness.store.tables.entries[USER]


def test_an_entry_whose_number_was_voided_takes_another(harness: QueueHarness) -> None:
    entry = schedule(harness, 1).entry
    take, voided = harness.store.entries.take_number, list[int]()

    def take_late(user_id: str, now: int, *, create: bool) -> object:
        queue = take(user_id, now, create=create)
        if not voided:
            voided.append(queue.tail)
            harness.store.requests.void(user_id, queue.tail, now)
        return queue

    harness.store.entries.take_number = take_late  # type: ignore[method-assign,assignment]
    request = harness.entering(entry)

    assert request is not None
    assert request.seq == 2


def test_an_entry_for_an_account_that_there_is_not_is_dropped(harness: QueueHarness) -> None:
    harness.script[1] = [lambda _: follow_ups(harness, "0" * 32, USER)]
    harness.send()
    harness.run()

    assert payloads(harness) == ["null", "1"]
    assert not any(harness.store.tables.entries.values())
    assert harness.store.queues.get("0" * 32) is None


def test_an_entry_waits_while_its_user_is_blocked(harness: QueueHarness) -> None:
    entry = schedule(harness, 1).entry
    harness.store.connections.block(USER, harness.clock.now())

    with pytest.raises(LostRaceError):
        harness.entering(entry)

    harness.store.connections.unblock(USER)
    assert harness.entering(entry)


def test_one_bad_entry_stops_nothing(harness: QueueHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    def due(user_id: str, *_: object) -> list[Entry]:
        if user_id == NAME:
            raise ValueError("Nobody has thought of this.")
        return [entry]

    entry = schedule(harness, 1).entry
    bad = replace(entry, user_id=NAME, enter_at=0, id=entry_id(0, "0" * 16))
    harness.store.tables.entries[NAME] = {bad.id: bad}
    monkeypatch.setattr(harness.store.entries, "due", due)
    harness.clock.advance(1_000)

    sweep(harness)

    assert payloads(harness) == ["null"]


def test_a_user_gets_another_turn_when_the_store_answers_again(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def due_once_more(*arguments: Any) -> Sequence[Entry]:
        monkeypatch.setattr(harness.store.entries, "due", due)
        raise UnavailableError

    due = harness.store.entries.due
    schedule(harness, 1)
    harness.clock.advance(1_000)
    monkeypatch.setattr(harness.store.entries, "due", due_once_more)

    harness.sweep()

    assert payloads(harness) == ["null"]
