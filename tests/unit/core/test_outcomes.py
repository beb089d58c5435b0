"""Outcomes for readers that keep their own place."""

from typing import Any

import pytest

from chalicelib.core.errors import ConflictError
from chalicelib.core.queueing.pages import Extent
from chalicelib.core.queueing.retention import KEPT_MS
from tests.unit.core.queue_harness import HOUR_MS, SESSION, USER, QueueHarness, seqs


def read(harness: QueueHarness, after: int | None, limit: int = 10, wait: float = 0) -> tuple[list[int], int]:
    """The numbers, and where to go on."""
    page, _ = harness.outcomes(USER, SESSION, after, Extent(limit), wait)
    return seqs(page.requests), page.after


def test_outcomes_are_read_as_often_as_one_likes_and_read_does_not_move(harness: QueueHarness) -> None:
    harness.send(3)
    harness.run()
    harness.send()

    assert [read(harness, 0, 2) for _ in range(2)] == [([1, 2], 2)] * 2
    assert read(harness, 2, 2) == ([3], 3)
    assert read(harness, 3, 2) == ([], 3)
    assert harness.queue.read == 0


def test_voids_and_what_has_expired_are_passed_over(harness: QueueHarness) -> None:
    harness.send()
    harness.store.queues.take_numbers(USER, SESSION, 2, harness.clock.now())
    harness.send()
    harness.run()
    harness.store.queues.take_numbers(USER, SESSION, 1, harness.clock.now())
    harness.send(key=None)
    harness.run()

    assert [read(harness, after, 1) for after in (0, 1, 4)] == [([1], 1), ([4], 4), ([6], 6)]

    harness.clock.advance(KEPT_MS + 1_000)
    harness.store.tables.remove_expired(harness.clock.now())
    harness.store.connections.open_session(USER, SESSION, harness.clock.now() + HOUR_MS, harness.clock.now())

    assert read(harness, 0) == ([], 6)


def test_a_reader_without_a_place_goes_on_where_read_is(harness: QueueHarness) -> None:
    harness.send(4)
    harness.run()
    harness.outcomes.mark_read(USER, SESSION, 2)

    assert read(harness, None) == ([3, 4], 4)


def test_what_was_deleted_is_not_read(harness: QueueHarness) -> None:
    harness.send(2)
    harness.run()
    harness.controls.purge(USER, SESSION, forget=True)

    assert read(harness, 0) == ([], 2)


def test_a_place_beyond_the_head_stays_where_it_is(harness: QueueHarness) -> None:
    harness.send()
    harness.run()

    assert read(harness, 9) == ([], 9)


def test_it_waits_for_the_first_outcome(harness: QueueHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    harness.send(2)
    sleep = harness.clock.sleep
    naps: list[float] = []

    def work_meanwhile(seconds: float) -> None:
        sleep(seconds)
        naps.append(seconds)
        if len(naps) == 3:
            harness.run()

    monkeypatch.setattr(harness.clock, "sleep", work_meanwhile)

    assert read(harness, 0, wait=20) == ([1, 2], 2)
    assert sum(naps) < 1


def test_read_moves_on_and_never_back(harness: QueueHarness) -> None:
    harness.send(4)
    harness.run()

    assert [harness.outcomes.mark_read(USER, SESSION, seq).read for seq in (3, 1, 3, 0, 4)] == [3, 3, 3, 3, 4]
    assert harness.dequeue(USER, SESSION) is None


def test_read_does_not_move_past_what_has_no_outcome(harness: QueueHarness) -> None:
    harness.send(2)
    harness.wake()
    harness.send()

    with pytest.raises(ConflictError, match="The last number with an outcome is 2") as refused:
        harness.outcomes.mark_read(USER, SESSION, 3)

    assert refused.value.code == "no_outcome_yet"
    assert harness.queue.read == 0


@pytest.mark.parametrize("theirs", [1, 3])
def test_of_two_who_move_read_the_farther_one_counts(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch, theirs: int
) -> None:
    harness.send(3)
    harness.run()
    move_read = harness.store.queues.move_read

    def let_another_go_first(*arguments: Any) -> None:
        monkeypatch.undo()
        harness.outcomes.mark_read(USER, SESSION, theirs)
        move_read(*arguments)

    monkeypatch.setattr(harness.store.queues, "move_read", let_another_go_first)

    assert harness.outcomes.mark_read(USER, SESSION, 2).read == max(2, theirs)


def test_a_write_that_is_repeated_finds_itself(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.send()
    harness.run()
    move_read = harness.store.queues.move_read

    def repeat(*arguments: Any) -> None:
        move_read(*arguments)
        move_read(*arguments)

    monkeypatch.setattr(harness.store.queues, "move_read", repeat)

    assert harness.outcomes.mark_read(USER, SESSION, 1).read == 1
