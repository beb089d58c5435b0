"""Outcomes for readers that keep their own place."""

from typing import Any

import pytest

from chalicelib.core.errors import ConflictError
from chalicelib.core.queueing.pages import Extent
from chalicelib.core.queueing.request import KEPT_MS
from tests.unit.core.stage import HOUR_MS, SESSION, USER, Stage, seqs


def read(stage: Stage, after: int | None, limit: int = 10, wait: float = 0) -> tuple[list[int], int]:
    """The numbers, and where to go on."""
    page, _ = stage.outcomes(USER, SESSION, after, Extent(limit), wait)
    return seqs(page.requests), page.after


def test_outcomes_are_read_as_often_as_one_likes_and_read_does_not_move(stage: Stage) -> None:
    stage.send(3)
    stage.run()
    stage.send()

    assert [read(stage, 0, 2) for _ in range(2)] == [([1, 2], 2)] * 2
    assert read(stage, 2, 2) == ([3], 3)
    assert read(stage, 3, 2) == ([], 3)
    assert stage.queue.read == 0


def test_voids_and_what_has_expired_are_passed_over(stage: Stage) -> None:
    stage.send()
    stage.store.queues.take_numbers(USER, SESSION, 2, stage.clock.now())
    stage.send()
    stage.run()
    stage.store.queues.take_numbers(USER, SESSION, 1, stage.clock.now())
    stage.send(key=None)
    stage.run()

    assert [read(stage, after, 1) for after in (0, 1, 4)] == [([1], 1), ([4], 4), ([6], 6)]

    stage.clock.advance(KEPT_MS + 1_000)
    stage.store.tables.remove_expired(stage.clock.now())
    stage.store.connections.open_session(USER, SESSION, stage.clock.now() + HOUR_MS, stage.clock.now())

    assert read(stage, 0) == ([], 6)


def test_a_reader_without_a_place_goes_on_where_read_is(stage: Stage) -> None:
    stage.send(4)
    stage.run()
    stage.outcomes.mark_read(USER, SESSION, 2)

    assert read(stage, None) == ([3, 4], 4)


def test_what_was_deleted_is_not_read(stage: Stage) -> None:
    stage.send(2)
    stage.run()
    stage.controls.purge(USER, SESSION, forget=True)

    assert read(stage, 0) == ([], 2)


def test_a_place_beyond_the_head_stays_where_it_is(stage: Stage) -> None:
    stage.send()
    stage.run()

    assert read(stage, 9) == ([], 9)


def test_it_waits_for_the_first_outcome(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.send(2)
    sleep = stage.clock.sleep
    naps: list[float] = []

    def work_meanwhile(seconds: float) -> None:
        sleep(seconds)
        naps.append(seconds)
        if len(naps) == 3:
            stage.run()

    monkeypatch.setattr(stage.clock, "sleep", work_meanwhile)

    assert read(stage, 0, wait=20) == ([1, 2], 2)
    assert sum(naps) < 1


def test_read_moves_on_and_never_back(stage: Stage) -> None:
    stage.send(4)
    stage.run()

    assert [stage.outcomes.mark_read(USER, SESSION, seq).read for seq in (3, 1, 3, 0, 4)] == [3, 3, 3, 3, 4]
    assert stage.dequeue(USER, SESSION) is None


def test_read_does_not_move_past_what_has_no_outcome(stage: Stage) -> None:
    stage.send(2)
    stage.wake()
    stage.send()

    with pytest.raises(ConflictError, match="The last number with an outcome is 2") as refused:
        stage.outcomes.mark_read(USER, SESSION, 3)

    assert refused.value.code == "no_outcome_yet"
    assert stage.queue.read == 0


@pytest.mark.parametrize("theirs", [1, 3])
def test_of_two_who_move_read_the_farther_one_counts(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, theirs: int
) -> None:
    stage.send(3)
    stage.run()
    move_read = stage.store.queues.move_read

    def let_another_go_first(*arguments: Any) -> None:
        monkeypatch.undo()
        stage.outcomes.mark_read(USER, SESSION, theirs)
        move_read(*arguments)

    monkeypatch.setattr(stage.store.queues, "move_read", let_another_go_first)

    assert stage.outcomes.mark_read(USER, SESSION, 2).read == max(2, theirs)


def test_a_write_that_is_repeated_finds_itself(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.send()
    stage.run()
    move_read = stage.store.queues.move_read

    def repeat(*arguments: Any) -> None:
        move_read(*arguments)
        move_read(*arguments)

    monkeypatch.setattr(stage.store.queues, "move_read", repeat)

    assert stage.outcomes.mark_read(USER, SESSION, 1).read == 1
