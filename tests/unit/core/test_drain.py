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
from tests.unit.core.stage import BROKEN, DONE, LIMIT, QUANTUM_MS, SESSION, USER, Stage, seqs


def test_requests_run_in_the_order_of_their_numbers(stage: Stage) -> None:
    for _ in range(5):
        stage.send()

    assert stage.wake() == Done()

    assert stage.started == [1, 2, 3, 4, 5]
    assert (stage.queue.head, stage.queue.room) == (5, stage.queue.limit)


def test_a_drained_queue_rests_and_the_next_enqueue_wakes_it(stage: Stage) -> None:
    stage.send()
    stage.wake()
    assert stage.queue.awake is None

    stage.send()

    assert stage.rings() == 1


def test_what_arrives_meanwhile_is_done_without_another_wake_up(stage: Stage) -> None:
    def send_another(_: Request) -> Result:
        stage.clock.advance(1)
        stage.send()
        return DONE

    stage.script[1] = [send_another]
    stage.send()

    stage.wake()

    assert stage.started == [1, 2]
    assert stage.rings() == 0


def test_a_wake_up_too_many_does_no_harm(stage: Stage) -> None:
    stage.send()
    stage.wake()
    stage.controls.resume(USER, SESSION)

    assert stage.wake() == Done()
    assert stage.started == [1]


def test_a_request_that_is_due_later_holds_the_line(stage: Stage) -> None:
    due = stage.clock.now() + 20_000
    stage.enqueue(USER, SESSION, [Work("skip", "null", not_before=due), Work("skip", "null")])

    assert stage.wake() == Wait(due)
    assert stage.started == []
    stage.run()

    assert stage.started == [1, 2]
    assert stage.clock.now() >= due


def test_a_young_hole_is_waited_for_and_then_closed(stage: Stage) -> None:
    stage.store.queues.take_numbers(USER, SESSION, 1, stage.clock.now())
    stage.send()
    begun = stage.clock.now()
    stage.fifo.send(USER, '{"user": "user", "seq": 1}', "ring")

    stage.run()

    assert stage.statuses() == [Status.VOID, Status.SUCCEEDED]
    assert stage.clock.now() >= begun + HOLE_GRACE_MS
    assert sum(stage.queue.counts.values()) == 1, "a void counts as nothing"


def test_of_a_batch_whose_first_place_is_a_hole_nothing_runs(stage: Stage) -> None:
    stage.send(3)
    del stage.store.tables.requests[USER][1]

    stage.run()

    assert stage.started == []
    assert stage.statuses() == [Status.VOID] * 3


def test_a_long_queue_gives_others_their_turn(stage: Stage) -> None:
    parts = QUANTUM_MS // QUICK_MS
    stage.script = {seq: [stage.working_for(QUICK_MS)] for seq in range(1, parts + 2)}
    stage.make_room(parts + 1)
    stage.send(parts + 1)

    assert stage.wake() == Done()

    assert stage.started == list(range(1, parts + 1))
    assert stage.queue.head == parts
    assert stage.rings() == 1
    stage.run()
    assert stage.queue.depth == 0


def test_a_turn_that_ends_with_the_work_ends_in_rest(stage: Stage) -> None:
    stage.script[1] = [stage.working_for(QUANTUM_MS)]
    stage.send()

    stage.wake()

    assert stage.queue.awake is None


def test_the_head_is_written_now_and_then_under_load(stage: Stage) -> None:
    heads: list[int] = []

    def note_head(_: Request) -> Result:
        heads.append(stage.queue.head)
        stage.clock.advance(150)
        return DONE

    stage.script = {seq: [note_head] for seq in range(1, 6)}
    stage.send(5)

    stage.wake()

    assert heads == [0, 0, 2, 2, 4], "at most every 200 milliseconds"


def test_an_outcome_is_not_kept_back_by_a_request_that_takes_long(stage: Stage) -> None:
    handed_out: list[int] = []

    def take_long(_: Request) -> Result:
        handed_out.extend(seqs(filter(None, [stage.dequeue(USER, SESSION)])))
        stage.clock.advance(1_000)
        return DONE

    for seq in (2, 4):
        stage.script[seq] = [take_long]
    for type_ in ("skip", "halt", "skip", "halt"):
        stage.send(type_=type_)
    stage.wake()

    assert handed_out == [1, 2]
    assert stage.queue.head == 4


def test_what_is_purged_before_a_long_request_begins_is_not_begun(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    advance = stage.store.queues.advance

    def purged_meanwhile(queue: Queue, progress: Progress, now: int) -> Queue:
        monkeypatch.undo()
        stage.controls.purge(USER, SESSION, forget=True)
        return advance(queue, progress, now)

    monkeypatch.setattr(stage.store.queues, "advance", purged_meanwhile)
    stage.send()
    stage.send(type_="halt")

    stage.run()

    assert stage.started == [1]
    assert stage.statuses() == [Status.SUCCEEDED, Status.CANCELLED]


def test_a_halted_queue_that_was_purged_goes_on(stage: Stage) -> None:
    """Nobody can say retry or skip for what is deleted."""
    stage.send(2, type_="halt")
    stage.script[1] = [BROKEN]
    stage.run()
    stage.store.queues.purge(stage.queue, True, stage.clock.now())
    stage.store.queues.change_state(stage.queue, State.HALTED, stage.clock.now())

    MemoryWakeUps(stage.fifo).send(USER, 2, "late")
    stage.run()

    assert stage.statuses() == [Status.CANCELLED, Status.CANCELLED]


def test_quick_requests_do_not_write_the_head_each_time(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []
    monkeypatch.setattr(stage.store.queues, "advance", lambda *arguments: written.append(arguments))
    for _ in range(LIMIT):
        stage.send()

    stage.wake()

    assert stage.queue.head == LIMIT
    assert written == []


def test_a_paused_queue_is_left_alone(stage: Stage) -> None:
    stage.send(2)
    stage.controls.pause(USER, SESSION)

    assert stage.wake() == Done()
    assert stage.started == []


def test_a_worker_that_cannot_ring_again_keeps_its_wake_up(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.script = {seq: [stage.working_for(QUANTUM_MS)] for seq in (1, 2)}
    stage.send(2)

    def fail(*_: object) -> None:
        raise UnavailableError("SQS does not answer.")

    monkeypatch.setattr(MemoryWakeUps, "send", fail)
    with pytest.raises(UnavailableError):
        stage.wake()
    monkeypatch.undo()
    stage.run()

    assert stage.started == [1, 2]
