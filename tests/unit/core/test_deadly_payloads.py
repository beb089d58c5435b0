"""A payload that ends the process that reads it: the queue is held, and says so."""

from contextlib import suppress
from typing import Never

import pytest

from chalicelib.adapters.memory.wake_ups import MemoryLease
from chalicelib.core.errors import UnavailableError
from chalicelib.core.queueing.attempt import Attempt
from chalicelib.core.queueing.line import Reason
from chalicelib.core.queueing.queue import State
from chalicelib.core.queueing.request import Failure, Status
from chalicelib.core.queueing.steps import Done
from chalicelib.core.queueing.waking import send_wake_up
from chalicelib.core.queueing.wary import DEADLY
from tests.unit.core.queue_harness import BROKEN, SESSION, UNFIT, USER, DiedError, QueueHarness
from tests.unit.core.test_sweep import MINUTE_MS

READS = 2  # of one wake-up, until its queue is held


def run(harness: QueueHarness) -> None:
    """Serve wake-ups, as time passes, until there are none. Workers may die."""
    while any(fifo.messages() for fifo in harness.fifos.values()):
        lane = harness.pass_until_next_wake_up()
        with suppress(DiedError):
            harness.wake(lane)


def deploy(harness: QueueHarness, code: str) -> None:
    for part in (*harness.drains.values(), harness.sweep):
        object.__setattr__(part, "code", code)


def unavailable(*_: object) -> Never:
    raise UnavailableError


def put_back(harness: QueueHarness) -> None:
    """A worker whose store does not answer has its wake-up come back soon."""
    harness.pass_until_next_wake_up()
    receipt = harness.fifo.receive()
    assert receipt
    with pytest.raises(UnavailableError):
        harness.serve(receipt)
    MemoryLease(harness.fifo, receipt).hold(5)


@pytest.fixture
def deadly(harness: QueueHarness) -> QueueHarness:
    """The first of two requests has ended workers."""
    deploy(harness, "code 1")
    harness.deadly = {1}
    harness.send(2)
    run(harness)
    return harness


def test_it_holds_the_queue_before_its_wake_up_is_given_up(deadly: QueueHarness) -> None:
    waiting = deadly.watch.queue(USER, SESSION).waiting

    assert (deadly.queue.state, deadly.read) == (State.HELD, [1] * READS)
    assert waiting
    assert (waiting.reason, waiting.seq, waiting.error) == (Reason.HELD, 1, DEADLY)
    assert deadly.statuses() == [Status.QUEUED] * 2


def test_a_held_one_is_read_once_in_ten_minutes_by_the_same_code(deadly: QueueHarness) -> None:
    end = deadly.clock.now() + 60 * MINUTE_MS
    while deadly.clock.now() < end:
        deadly.clock.advance(MINUTE_MS)
        deadly.sweep()
        run(deadly)

    assert 5 <= len(deadly.read) - READS <= 7
    assert deadly.queue.state is State.HELD


def test_it_goes_on_by_itself_when_code_that_can_read_it_is_deployed(deadly: QueueHarness) -> None:
    deploy(deadly, "code 2")
    deadly.deadly.clear()

    deadly.sweep()
    run(deadly)

    assert deadly.statuses() == [Status.SUCCEEDED] * 2
    assert (deadly.queue.state, deadly.queue.hold) == (State.OPEN, None)


def test_code_that_dies_of_it_too_reads_it_once(deadly: QueueHarness) -> None:
    deploy(deadly, "code 2")
    deadly.sweep()
    run(deadly)

    assert deadly.read == [1] * (READS + 1)
    assert deadly.queue.why_held
    assert (deadly.queue.why_held.failure, deadly.queue.why_held.code) == (DEADLY, "code 2")


def test_code_that_refuses_it_says_why(deadly: QueueHarness) -> None:
    deploy(deadly, "code 2")
    deadly.deadly.clear()
    deadly.unfit[1] = UNFIT
    deadly.sweep()
    run(deadly)

    assert deadly.queue.why_held
    assert deadly.queue.why_held.failure == UNFIT


def test_code_that_dies_of_what_other_code_has_refused_reads_it_twice(harness: QueueHarness) -> None:
    harness.unfit[1] = UNFIT
    harness.send()
    harness.run()
    assert harness.queue.state is State.HELD
    deploy(harness, "code 2")
    harness.unfit.clear()
    harness.deadly, harness.read = {1}, []

    harness.sweep()
    run(harness)

    assert harness.read == [1] * READS
    assert harness.queue.why_held
    assert (harness.queue.why_held.failure, harness.queue.why_held.code) == (DEADLY, "code 2")


def test_a_person_may_have_it_read_again_or_skip_it_or_cancel_it(deadly: QueueHarness) -> None:
    deadly.controls.retry(USER, SESSION, 1)
    run(deadly)
    assert deadly.read == [1] * (READS + 1)

    deadly.controls.skip(USER, SESSION, 1)
    run(deadly)

    assert deadly.statuses() == [Status.FAILED, Status.SUCCEEDED]
    assert deadly.request(1).error == Failure(DEADLY.kind, DEADLY.message)


def test_what_is_cancelled_is_not_read_any_more(deadly: QueueHarness) -> None:
    deadly.controls.cancel(USER, SESSION, 1)
    run(deadly)

    assert deadly.statuses() == [Status.CANCELLED, Status.SUCCEEDED]
    assert deadly.read == [1] * READS + [2]


def test_a_worker_that_died_of_something_else_holds_nothing_for_long(harness: QueueHarness) -> None:
    harness.send(2)
    assert harness.fifo.receive()
    harness.pass_until_next_wake_up()

    assert harness.wake() == Done()

    assert harness.statuses() == [Status.SUCCEEDED] * 2
    assert harness.queue.state is State.OPEN
    assert harness.read == [1, 1, 2]


def test_a_store_that_does_not_answer_holds_nothing(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.send()
    with monkeypatch.context() as patch:
        patch.setattr(Attempt, "whole", unavailable)
        for _ in range(20):
            put_back(harness)

    assert harness.queue.state is State.OPEN
    harness.run()
    assert harness.statuses() == [Status.SUCCEEDED]


def test_a_queue_that_could_not_be_opened_is_opened_when_the_wake_up_is_back(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.send()
    assert harness.fifo.receive()
    harness.pass_until_next_wake_up()
    with monkeypatch.context() as patch:
        patch.setattr(harness.store.queues, "change_state", unavailable)
        put_back(harness)
    assert harness.queue.state is State.HELD

    harness.pass_until_next_wake_up()
    harness.wake()

    assert harness.statuses() == [Status.SUCCEEDED]


def test_a_queue_that_this_code_holds_is_not_held_anew_when_a_wake_up_is_back(harness: QueueHarness) -> None:
    harness.unfit[1] = UNFIT
    harness.send()
    harness.run()
    held = harness.queue
    send_wake_up(harness._bell, held, "again")
    assert harness.fifo.receive()
    harness.pass_until_next_wake_up()

    assert harness.wake() == Done()

    assert harness.queue == held


def test_a_head_that_has_waited_for_its_moment_holds_nothing(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hold(*_: object) -> Never:
        raise AssertionError("the queue was held")

    monkeypatch.setattr(harness.store.queues, "hold", hold)
    later = Failure(BROKEN.kind, BROKEN.message, retry_after_ms=80_000)
    harness.script[1] = [later, later]
    harness.send()

    harness.run()

    assert (harness.statuses(), harness.request(1).attempts) == ([Status.SUCCEEDED], 3)
