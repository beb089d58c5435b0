"""What has an outcome is forgotten a week later; what waits is not, however long it waits."""

from typing import Any

import pytest

from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.idempotency import IdempotencyKey
from chalicelib.core.queueing.queue import State
from chalicelib.core.queueing.request import Outcome, Status
from chalicelib.core.queueing.retention import FIRST_OF_BATCH_MS, KEPT_MS, LEADING_VOID_MS, VOID_MS
from tests.unit.core.queue_harness import BROKEN, SESSION, USER, QueueHarness

KEY = IdempotencyKey("key", "fingerprint")


def let_pass(harness: QueueHarness, ms: int) -> None:
    """And let the store remove what has expired by then."""
    harness.clock.advance(ms)
    harness.store.tables.remove_expired(harness.clock.now())


def test_an_outcome_is_kept_for_a_week(harness: QueueHarness) -> None:
    harness.send()
    harness.run()

    let_pass(harness, KEPT_MS - 1)
    assert harness.statuses() == [Status.SUCCEEDED]

    let_pass(harness, 1_000)
    assert harness.statuses() == []


def test_what_was_cancelled_before_its_turn_does_not_expire_before_it(harness: QueueHarness) -> None:
    """Without the first of its batch, the rest would be taken for what was never accepted."""
    harness.send()
    harness.controls.pause(USER, SESSION)
    harness.send(3, key=KEY)
    harness.controls.cancel(USER, SESSION, 2)
    let_pass(harness, 2 * KEPT_MS)

    harness.controls.resume(USER, None)
    harness.run()

    assert harness.started == [1, 3, 4]
    assert harness.statuses() == [Status.SUCCEEDED, Status.CANCELLED, Status.SUCCEEDED, Status.SUCCEEDED]
    let_pass(harness, FIRST_OF_BATCH_MS + KEPT_MS + 1_000)
    assert harness.statuses() == []


def test_a_key_that_ends_with_what_was_cancelled_expires_with_it(harness: QueueHarness) -> None:
    harness.send()
    harness.controls.pause(USER, SESSION)
    harness.send(key=KEY)
    harness.controls.cancel(USER, SESSION, 2)
    let_pass(harness, 2 * KEPT_MS)
    assert harness.store.keys.find(USER, KEY.key, harness.clock.now())

    harness.controls.resume(USER, None)
    harness.run()

    assert harness.store.keys.find(USER, KEY.key, harness.clock.now() + KEPT_MS - 1)
    assert not harness.store.keys.find(USER, KEY.key, harness.clock.now() + KEPT_MS + 1_000)


def test_the_rest_of_a_batch_runs_when_its_first_is_long_forgotten(harness: QueueHarness) -> None:
    harness.controls.pause(USER, SESSION)
    harness.send(3)
    harness.controls.cancel(USER, SESSION, 1)
    harness.run()
    let_pass(harness, FIRST_OF_BATCH_MS + KEPT_MS + 1_000)
    assert harness.statuses() == [Status.QUEUED, Status.QUEUED]

    harness.controls.resume(USER, None)
    harness.run()

    assert harness.started == [2, 3]


def test_a_halted_queue_can_be_opened_when_the_first_of_the_batch_is_long_forgotten(
    harness: QueueHarness,
) -> None:
    harness.script[2] = [BROKEN]
    harness.send(2, type_="halt")
    harness.run()
    let_pass(harness, FIRST_OF_BATCH_MS + KEPT_MS + 1_000)

    assert harness.statuses() == [Status.QUEUED]
    assert harness.controls.skip(USER, None, 2).status is Status.FAILED


def test_a_paused_queue_steps_over_what_was_cancelled(harness: QueueHarness) -> None:
    harness.controls.pause(USER, SESSION)
    harness.send(2)

    for seq in (2, 1):
        harness.controls.cancel(USER, SESSION, seq)
    harness.run()

    assert (harness.queue.state, harness.queue.depth) == (State.PAUSED, 0)
    taken = harness.dequeue(USER, SESSION)
    assert (taken and taken.seq) == 1


def test_a_batch_is_not_lost_if_its_worker_crashes_and_then_nothing_runs_for_weeks(
    harness: QueueHarness,
) -> None:
    """The worker has ended the first request, and not moved the head past it."""
    harness.send(3)
    requests, now = harness.store.requests, harness.clock.now()
    first = requests.begin(harness.request(1), "worker", now, now + 1_000)
    requests.finish(first, Outcome(Status.SUCCEEDED, result="1"), now)
    let_pass(harness, 2 * KEPT_MS)

    harness.sweep()
    harness.run()

    assert harness.started == [2, 3]
    let_pass(harness, FIRST_OF_BATCH_MS)
    assert harness.statuses() == []


def test_the_payload_of_the_first_of_a_batch_is_kept_as_long_as_the_request(harness: QueueHarness) -> None:
    first, second = harness.enqueue(USER, SESSION, [Work("skip", f'"{"x" * 5_000}"')] * 2).requests

    assert first.payload_until
    assert second.payload_until
    assert first.payload_until - second.payload_until == FIRST_OF_BATCH_MS


def send_and_give_up_once(harness: QueueHarness, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """The first place that is written last is refused once, as if another call with the key were faster."""
    write, refused = harness.store.requests.write, list[int]()

    def write_late(request: Any, *arguments: Any) -> None:
        if not refused and request.batch in (None, request.seq):
            refused.append(request.seq)
            raise LostRaceError
        write(request, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(harness.store.requests, "write", write_late)
        harness.send(count)


def test_a_number_that_was_given_up_is_forgotten_although_its_line_stands(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.send()
    harness.controls.pause(USER, SESSION)
    send_and_give_up_once(harness, monkeypatch, 1)
    assert harness.statuses() == [Status.QUEUED, Status.VOID, Status.QUEUED]

    let_pass(harness, VOID_MS + 1_000)
    assert harness.statuses() == [Status.QUEUED, Status.QUEUED]
    harness.controls.resume(USER, None)
    harness.run()

    assert harness.started == [1, 3]
    let_pass(harness, LEADING_VOID_MS + 1_000)
    assert harness.statuses() == []


def test_a_batch_that_was_given_up_never_runs_however_long_its_line_stands_and_is_forgotten_afterwards(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.send()
    harness.controls.pause(USER, SESSION)
    send_and_give_up_once(harness, monkeypatch, 3)

    let_pass(harness, VOID_MS + 1_000)
    assert harness.statuses() == [Status.QUEUED, Status.VOID] + [Status.QUEUED] * 5
    harness.controls.resume(USER, None)
    harness.run()

    assert harness.started == [1, 5, 6, 7]
    let_pass(harness, LEADING_VOID_MS + 1_000)
    assert harness.statuses() == []


def test_a_batch_that_was_given_up_never_runs_if_its_line_stands_behind_its_first_number(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.controls.pause(USER, SESSION)
    send_and_give_up_once(harness, monkeypatch, 3)
    harness.store.requests.schedule_expiry(harness.request(1), harness.clock.now())  # as the drain does

    let_pass(harness, VOID_MS + 1_000)
    harness.controls.resume(USER, None)
    harness.run()

    assert harness.started == [4, 5, 6]
