"""Writes whose answer was lost and that were repeated on the way: they meet themselves."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.core.enqueue import Work
from chalicelib.core.errors import LostRaceError
from chalicelib.core.queue import State
from chalicelib.core.request import Status
from tests.unit.core.stage import BROKEN, HOUR_MS, SESSION, USER, Stage


@pytest.fixture
def lose_answer(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Of the next write of this name."""

    def lose(name: str) -> None:
        write = getattr(stage.log, name)

        def repeated(*arguments: Any) -> None:
            monkeypatch.setattr(stage.log, name, write)
            write(*arguments)
            raise LostRaceError

        monkeypatch.setattr(stage.log, name, repeated)

    return lose


@pytest.fixture
def halted(stage: Stage) -> Stage:
    stage.script[1] = [BROKEN]
    stage.send(type_="halt")
    stage.send()
    stage.run()
    return stage


def test_a_cancel_has_worked(stage: Stage, lose_answer: Callable[[str], None]) -> None:
    later = stage.clock.now() + HOUR_MS // 2
    stage.enqueue(USER, SESSION, [Work("skip", "null", not_before=later), Work("skip", "null")])
    stage.wake()
    lose_answer("cancel")

    cancelled = stage.controls.cancel(USER, SESSION, 1)
    stage.run()

    assert cancelled.status is Status.CANCELLED
    assert stage.statuses() == [Status.CANCELLED, Status.SUCCEEDED], "and somebody was woken"


def test_a_skip_has_worked(halted: Stage, lose_answer: Callable[[str], None]) -> None:
    lose_answer("settle")

    skipped = halted.controls.skip(USER, SESSION, 1)
    halted.run()

    assert skipped == halted.request(1)
    assert halted.statuses() == [Status.FAILED, Status.SUCCEEDED]


@pytest.mark.parametrize("control", ["skip", "retry_head"])
def test_whoever_opens_a_halted_queue_wakes_its_worker(
    halted: Stage, lose_answer: Callable[[str], None], control: str
) -> None:
    lose_answer("change_state")

    getattr(halted.controls, control)(USER, SESSION, 1)
    halted.run()

    assert halted.queue.state is State.OPEN
    assert halted.queue.depth == 0
