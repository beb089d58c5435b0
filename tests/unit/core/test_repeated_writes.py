"""Writes whose answer was lost and that were repeated on the way: they meet themselves."""

import logging
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.queue import State
from chalicelib.core.queueing.request import Status
from tests.unit.core.queue_harness import HOUR_MS, SESSION, USER, QueueHarness
from tests.unit.core.sign_in_harness import PASSWORD, SignInHarness

type Lose = Callable[[object, str], None]


@pytest.fixture
def lose_answer(monkeypatch: pytest.MonkeyPatch) -> Lose:
    """Of the next write of this name."""

    def lose(store: object, name: str) -> None:
        write = getattr(store, name)

        def repeated(*arguments: Any, **named: Any) -> None:
            monkeypatch.setattr(store, name, write)
            write(*arguments, **named)
            raise LostRaceError

        monkeypatch.setattr(store, name, repeated)

    return lose


def test_a_cancel_has_worked(harness: QueueHarness, lose_answer: Lose) -> None:
    later = harness.clock.now() + HOUR_MS // 2
    harness.enqueue(USER, SESSION, [Work("skip", "null", not_before=later), Work("skip", "null")])
    harness.wake()
    lose_answer(harness.store.requests, "cancel")

    cancelled = harness.controls.cancel(USER, SESSION, 1)
    harness.run()

    assert cancelled.status is Status.CANCELLED
    assert harness.statuses() == [Status.CANCELLED, Status.SUCCEEDED], "and somebody was woken"


def test_an_attempt_has_ended_its_request_and_is_logged_once(
    harness: QueueHarness, lose_answer: Lose, caplog: pytest.LogCaptureFixture
) -> None:
    """The metrics count these lines."""
    caplog.set_level(logging.INFO)
    harness.send(2)
    lose_answer(harness.store.requests, "finish")

    harness.wake()

    assert harness.started == [1, 2]
    assert caplog.messages.count("request succeeded") == 2


def test_a_skip_has_worked(halted: QueueHarness, lose_answer: Lose) -> None:
    lose_answer(halted.store.requests, "settle")

    skipped = halted.controls.skip(USER, SESSION, 1)
    halted.run()

    assert skipped == halted.request(1)
    assert halted.statuses() == [Status.FAILED, Status.SUCCEEDED]


@pytest.mark.parametrize("control", ["skip", "retry_head"])
def test_whoever_opens_a_halted_queue_wakes_its_worker(
    halted: QueueHarness, lose_answer: Lose, control: str
) -> None:
    lose_answer(halted.store.queues, "change_state")

    getattr(halted.controls, control)(USER, SESSION, 1)
    halted.run()

    assert halted.queue.state is State.OPEN
    assert halted.queue.depth == 0


def test_a_sign_up_has_worked(lose_answer: Lose) -> None:
    harness = SignInHarness()
    lose_answer(harness.accounts, "add")

    account = harness.register("ada", PASSWORD)

    assert harness.accounts.by_username("ada") == account


def test_a_change_of_the_password_has_worked_and_ends_the_other_sessions(lose_answer: Lose) -> None:
    harness = SignInHarness()
    harness.register("ada", PASSWORD)
    other, me = (harness.verify(harness.sign_in("ada", PASSWORD).access_token) for _ in range(2))
    lose_answer(harness.accounts, "set_password")

    harness.own.change_password(me, PASSWORD, f"{PASSWORD}!")

    assert list(harness.store.tables.queues[me.user_id].sessions) == [me.session_id]
    assert other.session_id != me.session_id
