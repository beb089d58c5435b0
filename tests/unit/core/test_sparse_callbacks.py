"""Callbacks of few requests among many: what is found out about the others is not lost."""

from collections.abc import Sequence
from typing import Any

import pytest

from chalicelib.core.queueing import calling_back
from chalicelib.core.queueing.callback_calls import Answer
from chalicelib.core.queueing.callbacks import Callbacks
from chalicelib.core.queueing.calling_back import CALL_MS, CallingBack
from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.request import Request
from chalicelib.core.queueing.steps import Done, Wait
from tests.unit.core.queue_harness import SESSION, USER, QueueHarness

OTHERS = 95  # requests without a callback, before the only one with one
READ_MS = 1_000


@pytest.fixture
def sparse(harness: QueueHarness, monkeypatch: pytest.MonkeyPatch) -> QueueHarness:
    """To read some requests takes a while, and ten in a row without a callback are passed at once."""
    for name, many in (("PAGE", 5), ("FURTHER", 5), ("GAP", 10)):
        monkeypatch.setattr(calling_back, name, many)
    harness.make_room(OTHERS + 1)
    harness.send(OTHERS)
    harness.enqueue(USER, SESSION, [Work("skip", "null", callback="https://shop.example/")])
    harness.run()
    replay = Callbacks(harness.store, FakeWakeUps(), harness.clock).replay
    replay(USER, SESSION, 1)
    read = harness.store.requests.list_without_payloads

    def read_slowly(*arguments: Any) -> Sequence[Request]:
        harness.clock.advance(READ_MS)
        return read(*arguments)

    monkeypatch.setattr(harness.store.requests, "list_without_payloads", read_slowly)
    return harness


def test_a_caller_goes_on_where_the_one_before_it_had_no_time_left(sparse: QueueHarness) -> None:
    pushed, turns = list[int](), 0

    def push(outcome: Request, _tries: int) -> Answer:
        pushed.append(outcome.seq)
        return Answer(200)

    call_all = CallingBack(sparse.store, sparse.clock, push)
    while isinstance(call_all(USER, sparse.clock.now() + CALL_MS + 5 * READ_MS), Wait):
        turns += 1
        assert turns <= OTHERS / 10

    assert pushed == [OTHERS + 1]
    assert turns > 1
    assert call_all(USER, sparse.clock.now() + CALL_MS) == Done()


def test_a_list_reads_no_more_than_a_part_at_a_time(sparse: QueueHarness) -> None:
    callbacks = Callbacks(sparse.store, None, sparse.clock)
    found, after, calls = list[int](), 0, 0
    while True:
        started = sparse.clock.now()
        page, following = callbacks.page(USER, SESSION, after, 50)
        assert sparse.clock.now() - started <= 3 * READ_MS
        found += [callback.seq for callback in page]
        calls += 1
        if following == after:
            break
        after = following

    assert found == [OTHERS + 1]
    assert calls > OTHERS / 15


class FakeWakeUps:
    """Nobody is woken: the tests call."""

    def send(self, *_: object) -> None:
        return
