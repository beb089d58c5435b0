"""Slots: requests that replace one another, or are refused while one is in the way."""

import pytest

from chalicelib.core.errors import ConflictError, UnauthenticatedError
from chalicelib.core.queueing.enqueue import Accepted, Work
from chalicelib.core.queueing.idempotency import IdempotencyKey
from chalicelib.core.queueing.request import Request, Status
from chalicelib.core.queueing.slot_looks import SlotLooks
from chalicelib.core.queueing.slots import IfBusy
from tests.unit.core.queue_harness import BROKEN, DONE, HOUR_MS, SESSION, USER, QueueHarness, lose_wake_ups

CANCELLED, SUCCEEDED = Status.CANCELLED, Status.SUCCEEDED


def send(
    harness: QueueHarness, if_busy: IfBusy, wait_ms: int = 0, slot: str = "doc", key: str | None = None
) -> Accepted:
    """A request that must not begin before so many milliseconds are over."""
    due = harness.clock.now() + wait_ms if wait_ms else None
    work = Work("skip", "null", not_before=due, slot=slot, if_busy=if_busy)
    return harness.enqueue(USER, SESSION, [work], IdempotencyKey(key, "fingerprint") if key else None)


def ended(harness: QueueHarness) -> list[tuple[Status, int | None]]:
    requests = (harness.request(seq) for seq in range(1, harness.queue.tail + 1))
    return [(request.status, request.superseded_by) for request in requests]


def test_what_waits_in_the_slot_is_replaced_and_nothing_else(harness: QueueHarness) -> None:
    harness.controls.pause(USER, SESSION)
    send(harness, IfBusy.QUEUE)
    harness.send()
    send(harness, IfBusy.REPLACE, slot="other")
    send(harness, IfBusy.QUEUE)
    send(harness, IfBusy.REPLACE)
    harness.controls.resume(USER, SESSION)

    harness.run()

    assert harness.started == [2, 3, 5]
    assert ended(harness) == [
        (CANCELLED, 5),
        (SUCCEEDED, None),
        (SUCCEEDED, None),
        (CANCELLED, 5),
        (SUCCEEDED, None),
    ]
    assert harness.store.tables.slots == {}


def test_with_not_before_the_last_of_a_burst_runs_once_it_is_over(harness: QueueHarness) -> None:
    for _ in range(4):
        send(harness, IfBusy.REPLACE, wait_ms=5_000)
        harness.clock.advance(2_000)
        while harness.fifo.messages()[0].visible_at <= harness.clock.now():
            harness.wake()

    harness.run()

    assert (harness.started, harness.statuses()[:3]) == ([4], [CANCELLED] * 3)


def test_a_replaced_head_that_waits_for_an_hour_does_not_hold_the_line(harness: QueueHarness) -> None:
    send(harness, IfBusy.QUEUE, wait_ms=HOUR_MS // 2)
    harness.wake()

    send(harness, IfBusy.REPLACE)
    harness.wake()

    assert ended(harness) == [(CANCELLED, 2), (SUCCEEDED, None)]


def test_the_sweeper_wakes_a_worker_for_a_replaced_head_whose_wake_up_was_lost(harness: QueueHarness) -> None:
    send(harness, IfBusy.QUEUE, wait_ms=HOUR_MS // 2)
    harness.wake()
    send(harness, IfBusy.REPLACE)
    lose_wake_ups(harness)
    harness.clock.advance(60_000)

    harness.sweep()
    harness.wake()

    assert ended(harness) == [(CANCELLED, 2), (SUCCEEDED, None)]


def test_what_runs_goes_on_and_is_not_tried_again(harness: QueueHarness) -> None:
    def replaced_meanwhile(_: Request) -> object:
        send(harness, IfBusy.REPLACE)
        return BROKEN

    harness.script[1] = [replaced_meanwhile]  # type: ignore[list-item]
    send(harness, IfBusy.REPLACE)

    harness.run()

    assert harness.started == [1, 2]
    assert ended(harness) == [(CANCELLED, 2), (SUCCEEDED, None)]
    assert harness.request(1).attempts == 1


def test_a_request_that_is_replaced_after_the_worker_has_looked_is_not_begun(harness: QueueHarness) -> None:
    send(harness, IfBusy.QUEUE)
    take = harness._take

    def take_slowly(*arguments: object) -> object:
        if harness.queue.tail == 1:
            send(harness, IfBusy.REPLACE)
        return take(*arguments)  # type: ignore[arg-type]

    object.__setattr__(harness.drain.attempt, "take", take_slowly)

    harness.run()

    assert (harness.started, ended(harness)) == ([2], [(CANCELLED, 2), (SUCCEEDED, None)])


def test_a_request_is_rejected_while_another_one_in_its_slot_has_no_outcome(harness: QueueHarness) -> None:
    send(harness, IfBusy.REJECT)
    send(harness, IfBusy.REJECT, slot="other")

    with pytest.raises(
        ConflictError, match="Request 1 is in the way: it is queued in the slot 'doc'"
    ) as busy:
        send(harness, IfBusy.REJECT)

    assert (busy.value.code, harness.queue.tail) == ("slot_busy", 2)
    harness.run()
    assert send(harness, IfBusy.REJECT).requests[0].seq == 3


def test_what_was_cancelled_is_not_in_the_way_and_what_is_before_it_is(harness: QueueHarness) -> None:
    harness.controls.pause(USER, SESSION)
    send(harness, IfBusy.REJECT)
    send(harness, IfBusy.QUEUE)
    harness.controls.cancel(USER, SESSION, 2)
    with pytest.raises(ConflictError, match="Request 1 "):
        send(harness, IfBusy.REJECT)

    harness.controls.cancel(USER, SESSION, 1)

    assert send(harness, IfBusy.REJECT).requests[0].seq == 3


def test_of_what_is_replaced_only_the_request_that_runs_is_in_the_way(harness: QueueHarness) -> None:
    def look(_: Request) -> object:
        send(harness, IfBusy.QUEUE)
        send(harness, IfBusy.REPLACE)
        harness.controls.cancel(USER, SESSION, 3)
        with pytest.raises(ConflictError, match="Request 1 is in the way: it is running"):
            send(harness, IfBusy.REJECT)
        return DONE

    harness.script[1] = [look]  # type: ignore[list-item]
    send(harness, IfBusy.REJECT)
    harness.run()
    assert harness.statuses() == [SUCCEEDED, CANCELLED, CANCELLED]

    harness.controls.pause(USER, SESSION)
    send(harness, IfBusy.QUEUE)
    send(harness, IfBusy.REPLACE)
    harness.controls.cancel(USER, SESSION, 5)
    send(harness, IfBusy.REJECT)


def test_a_repeated_call_is_answered_with_its_request_and_not_rejected(harness: QueueHarness) -> None:
    send(harness, IfBusy.REJECT, key="k")

    assert send(harness, IfBusy.REJECT, key="k").replayed


def test_nobody_learns_of_a_slot_whose_session_has_ended(harness: QueueHarness) -> None:
    send(harness, IfBusy.REJECT)

    with pytest.raises(UnauthenticatedError):
        harness.enqueue(USER, "ended", [Work("skip", "null", slot="doc", if_busy="reject")])


def test_a_halted_request_is_replaced_when_somebody_has_said_retry(harness: QueueHarness) -> None:
    harness.script[1] = [BROKEN]
    harness.enqueue(USER, SESSION, [Work("halt", "null", slot="doc")])
    harness.run()
    send(harness, IfBusy.REPLACE)
    harness.run()
    assert harness.queue.state == "halted"

    harness.controls.retry(USER, SESSION, 1)
    harness.run()

    assert ended(harness) == [(CANCELLED, 2), (SUCCEEDED, None)]


def test_a_call_that_loses_the_race_for_its_slot_takes_another_number(harness: QueueHarness) -> None:
    find, others = harness.store.requests.find_slot, [1]

    def find_and_be_overtaken(user_id: str, slot: str) -> object:
        found = find(user_id, slot)
        if others and others.pop():
            send(harness, IfBusy.REPLACE)
        return found

    harness.store.requests.find_slot = find_and_be_overtaken  # type: ignore[method-assign, assignment]

    accepted = send(harness, IfBusy.REPLACE)

    assert accepted.requests[0].seq == 3
    harness.run()
    assert ended(harness) == [(CANCELLED, 3), (Status.VOID, None), (SUCCEEDED, None)]
    assert harness.store.tables.slots == {}


def test_a_purge_leaves_no_slot(harness: QueueHarness) -> None:
    harness.controls.pause(USER, SESSION)
    send(harness, IfBusy.REPLACE)
    send(harness, IfBusy.REPLACE)

    harness.controls.purge(USER, SESSION)
    assert send(harness, IfBusy.REJECT).requests[0].seq == 3
    harness.controls.resume(USER, SESSION)
    harness.run()

    assert (harness.statuses(), harness.store.tables.slots) == ([CANCELLED, CANCELLED, SUCCEEDED], {})


def test_nothing_is_left_of_a_request_that_entered_an_empty_slot_while_the_worker_passed(
    harness: QueueHarness,
) -> None:
    """The slot was emptied by a worker that crashed before it moved the head past the first request."""
    send(harness, IfBusy.QUEUE)
    SlotLooks(harness.store.requests).leave(harness.request(1))
    looks = SlotLooks(harness.store.requests)
    looks.leave(harness.request(1))

    send(harness, IfBusy.QUEUE)
    looks.leave(harness.request(2))

    assert harness.store.tables.slots == {}
