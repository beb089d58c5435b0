"""Carrying requests out, one at a time, in the order of their numbers."""

import pytest

from chalicelib.adapters.memory.wake_ups import MemoryWakeUps
from chalicelib.core.errors import UnavailableError
from chalicelib.core.queueing.attempt import Result
from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.lane import QUICK_MS
from chalicelib.core.queueing.progress import Progress
from chalicelib.core.queueing.queue import HOLE_GRACE_MS, Queue, State
from chalicelib.core.queueing.request import Request, Status
from chalicelib.core.queueing.steps import Done, Wait
from tests.unit.core.queue_harness import BROKEN, DONE, LIMIT, QUANTUM_MS, SESSION, USER, QueueHarness, seqs


def test_requests_run_in_the_order_of_their_numbers(harness: QueueHarness) -> None:
    for _ in range(5):
        harness.send()

    assert harness.wake() == Done()

    assert harness.started == [1, 2, 3, 4, 5]
    assert (harness.queue.head, harness.queue.room) == (5, harness.queue.limit)


def test_a_drained_queue_rests_and_the_next_enqueue_wakes_it(harness: QueueHarness) -> None:
    harness.send()
    harness.wake()
    assert harness.queue.awake is None

    harness.send()

    assert harness.wake_ups_waiting() == 1


def test_what_arrives_meanwhile_is_done_without_another_wake_up(harness: QueueHarness) -> None:
    def send_another(_: Request) -> Result:
        harness.clock.advance(1)
        harness.send()
        return DONE

    harness.script[1] = [send_another]
    harness.send()

    harness.wake()

    assert harness.started == [1, 2]
    assert harness.wake_ups_waiting() == 0


def test_a_wake_up_too_many_does_no_harm(harness: QueueHarness) -> None:
    harness.send()
    harness.wake()
    harness.controls.resume(USER, SESSION)

    assert harness.wake() == Done()
    assert harness.started == [1]


def test_a_request_that_is_due_later_holds_the_line(harness: QueueHarness) -> None:
    due = harness.clock.now() + 20_000
    harness.enqueue(USER, SESSION, [Work("skip", "null", not_before=due), Work("skip", "null")])

    assert harness.wake() == Wait(due)
    assert harness.started == []
    harness.run()

    assert harness.started == [1, 2]
    assert harness.clock.now() >= due


def test_a_young_hole_is_waited_for_and_then_closed(harness: QueueHarness) -> None:
    harness.store.queues.take_numbers(USER, SESSION, 1, harness.clock.now())
    harness.send()
    begun = harness.clock.now()
    harness.fifo.send(USER, '{"user": "user", "seq": 1}', "ring")

    harness.run()

    assert harness.statuses() == [Status.VOID, Status.SUCCEEDED]
    assert harness.clock.now() >= begun + HOLE_GRACE_MS
    assert sum(harness.queue.counts.values()) == 1, "a void counts as nothing"


def test_of_a_batch_whose_first_place_is_a_hole_nothing_runs(harness: QueueHarness) -> None:
    harness.send(3)
    del harness.store.tables.requests[USER][1]

    harness.run()

    assert harness.started == []
    assert harness.statuses() == [Status.VOID] * 3
    assert [harness.request(seq).payload for seq in (1, 2, 3)] == ["null"] * 3
    assert all(harness.request(seq).expires_at for seq in (1, 2, 3))


def test_a_long_queue_gives_others_their_turn(harness: QueueHarness) -> None:
    parts = QUANTUM_MS // QUICK_MS
    harness.script = {seq: [harness.working_for(QUICK_MS)] for seq in range(1, parts + 2)}
    harness.make_room(parts + 1)
    harness.send(parts + 1)

    assert harness.wake() == Done()

    assert harness.started == list(range(1, parts + 1))
    assert harness.queue.head == parts
    assert harness.wake_ups_waiting() == 1
    harness.run()
    assert harness.queue.depth == 0


def test_a_turn_that_ends_with_the_work_ends_in_rest(harness: QueueHarness) -> None:
    harness.script[1] = [harness.working_for(QUANTUM_MS)]
    harness.send()

    harness.wake()

    assert harness.queue.awake is None


def test_the_head_is_written_now_and_then_under_load(harness: QueueHarness) -> None:
    heads: list[int] = []

    def note_head(_: Request) -> Result:
        heads.append(harness.queue.head)
        harness.clock.advance(150)
        return DONE

    harness.script = {seq: [note_head] for seq in range(1, 6)}
    harness.send(5)

    harness.wake()

    assert heads == [0, 0, 2, 2, 4], "at most every 200 milliseconds"


def test_an_outcome_is_not_kept_back_by_a_request_that_takes_long(harness: QueueHarness) -> None:
    handed_out: list[int] = []

    def take_long(_: Request) -> Result:
        handed_out.extend(seqs(filter(None, [harness.dequeue(USER, SESSION)])))
        harness.clock.advance(1_000)
        return DONE

    for seq in (2, 4):
        harness.script[seq] = [take_long]
    for type_ in ("skip", "halt", "skip", "halt"):
        harness.send(type_=type_)
    harness.wake()

    assert handed_out == [1, 2]
    assert harness.queue.head == 4


def test_what_is_purged_before_a_long_request_begins_is_not_begun(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    advance = harness.store.queues.advance

    def purged_meanwhile(queue: Queue, progress: Progress, now: int) -> Queue:
        monkeypatch.undo()
        harness.controls.purge(USER, SESSION, forget=True)
        return advance(queue, progress, now)

    monkeypatch.setattr(harness.store.queues, "advance", purged_meanwhile)
    harness.send()
    harness.send(type_="halt")

    harness.run()

    assert harness.started == [1]
    assert harness.statuses() == [Status.SUCCEEDED, Status.CANCELLED]


def test_a_halted_queue_that_was_purged_goes_on(harness: QueueHarness) -> None:
    """Nobody can say retry or skip for what is deleted."""
    harness.send(2, type_="halt")
    harness.script[1] = [BROKEN]
    harness.run()
    harness.store.queues.purge(harness.queue, True, harness.clock.now())
    harness.store.queues.change_state(harness.queue, State.HALTED, harness.clock.now())

    MemoryWakeUps(harness.fifo).send(USER, 2, "late")
    harness.run()

    assert harness.statuses() == [Status.CANCELLED, Status.CANCELLED]


def test_quick_requests_do_not_write_the_head_each_time(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []
    monkeypatch.setattr(harness.store.queues, "advance", lambda *arguments: written.append(arguments))
    for _ in range(LIMIT):
        harness.send()

    harness.wake()

    assert harness.queue.head == LIMIT
    assert written == []


def test_a_paused_queue_is_left_alone(harness: QueueHarness) -> None:
    harness.send(2)
    harness.controls.pause(USER, SESSION)

    assert harness.wake() == Done()
    assert harness.started == []


def test_a_worker_that_cannot_ring_again_keeps_its_wake_up(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.script = {seq: [harness.working_for(QUANTUM_MS)] for seq in (1, 2)}
    harness.send(2)

    def fail(*_: object) -> None:
        raise UnavailableError("SQS does not answer.")

    monkeypatch.setattr(MemoryWakeUps, "send", fail)
    with pytest.raises(UnavailableError):
        harness.wake()
    monkeypatch.undo()
    harness.run()

    assert harness.started == [1, 2]
