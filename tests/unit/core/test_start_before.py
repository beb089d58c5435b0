"""A request with `start_before` is begun by then, or never."""

import pytest

from chalicelib.core.errors import InvalidInputError
from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.idempotency import IdempotencyKey
from chalicelib.core.queueing.request import Request, Status
from tests.unit.core.queue_harness import BROKEN, DONE, SESSION, UNFIT, USER, QueueHarness


def send(harness: QueueHarness, seconds: float) -> None:
    """A request that must begin within so many seconds."""
    latest = harness.clock.now() + round(seconds * 1000)
    harness.enqueue(USER, SESSION, [Work("skip", "null", start_before=latest)])


def test_a_request_that_was_not_begun_in_time_expires_and_the_next_one_runs(harness: QueueHarness) -> None:
    harness.controls.pause(USER, SESSION)
    send(harness, 5)
    send(harness, 60)
    harness.clock.advance(5_001)
    harness.controls.resume(USER, SESSION)

    harness.run()

    assert (harness.statuses(), harness.started) == ([Status.EXPIRED, Status.SUCCEEDED], [2])
    assert harness.queue.counts[Status.EXPIRED] == 1
    outcome = harness.dequeue(USER, SESSION)
    assert outcome is not None
    assert (outcome.seq, outcome.status) == (1, Status.EXPIRED)


def test_a_request_that_was_begun_in_time_is_tried_again_later(harness: QueueHarness) -> None:
    send(harness, 0.001)
    harness.script[1] = [BROKEN, DONE]

    harness.run()

    assert (harness.statuses(), harness.started) == ([Status.SUCCEEDED], [1, 1])


def test_a_request_whose_moment_passes_while_its_payload_is_read_is_not_begun(harness: QueueHarness) -> None:
    send(harness, 5)
    take = harness._take

    def take_slowly(*arguments: object) -> object:
        harness.clock.advance(6_000)
        return take(*arguments)  # type: ignore[arg-type]

    object.__setattr__(harness.drain.attempt, "take", take_slowly)

    harness.run()

    assert (harness.statuses(), harness.started) == ([Status.EXPIRED], [])


def test_a_request_that_holds_the_queue_expires_and_the_queue_opens(harness: QueueHarness) -> None:
    send(harness, 60)
    harness.send()
    harness.unfit[1] = UNFIT
    harness.run()
    assert harness.queue.state == "held"
    harness.clock.advance(60_000)
    harness.controls.retry(USER, SESSION, 1)

    harness.run()

    assert (harness.queue.state, harness.statuses()) == ("open", [Status.EXPIRED, Status.SUCCEEDED])


def test_a_purged_request_is_cancelled_even_if_it_is_too_late(harness: QueueHarness) -> None:
    send(harness, 5)
    harness.controls.purge(USER, SESSION)
    harness.clock.advance(6_000)

    harness.run()

    request: Request = harness.request(1)
    assert request.status is Status.CANCELLED


def test_a_moment_that_is_over_is_refused_unless_the_call_is_repeated(harness: QueueHarness) -> None:
    work, key = Work("skip", "null", start_before=harness.clock.now() + 1_000), IdempotencyKey("k", "print")
    accepted = harness.enqueue(USER, SESSION, [work], key)
    harness.clock.advance(1_000)

    with pytest.raises(InvalidInputError) as refused:
        harness.enqueue(USER, SESSION, [work, work])

    assert [fault.path for fault in refused.value.fields] == [
        "requests[0].start_before",
        "requests[1].start_before",
    ]
    assert harness.enqueue(USER, SESSION, [work], key).replayed
    assert accepted.requests[0].seq == 1
