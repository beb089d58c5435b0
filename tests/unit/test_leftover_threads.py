"""Threads of a handler that go on when its attempt has ended."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

import gurukool
import gurukool.testing
from chalicelib.adapters.memory.clock import ManualClock
from chalicelib.adapters.memory.store import MemoryStore
from chalicelib.adapters.runtime.time_limit import AttemptEndedError
from chalicelib.core.queueing.attempt import Ran
from chalicelib.core.queueing.handler import declarations
from chalicelib.core.queueing.journal import Journal
from chalicelib.core.queueing.notes import NoteKind, list_all
from chalicelib.core.queueing.request import Failure, Request, Status
from tests.fakes import attempts
from tests.patience import PATIENCE_S

QUEUED = Request("ada", 1, "work", "1", Status.QUEUED, enqueued_at=0)

type Call = Callable[[gurukool.Request, Callable[[], Any]], object]


async def called(function: Callable[[], Any]) -> None:
    function()


CALLS: dict[str, Call] = {
    "step": lambda request, function: request.step("late", function),
    "step_async": lambda request, function: asyncio.run(request.step_async("late", lambda: called(function))),
    "sleep": lambda request, _: request.sleep(60, "late"),
    "wait_for": lambda request, _: request.wait_for("late", timeout=60),
}


class Leftover:
    """A handler and its thread, which makes a call when the attempt has ended, or in which it ends."""

    def __init__(self, call: Call, *, noted: bool, ends: Callable[[], object] = lambda: None) -> None:
        self._call, self._noted, self._ends = call, noted, ends
        self.in_step, self.is_over = threading.Event(), threading.Event()
        self.called = list[bool]()
        self.raised: BaseException | None = None
        self._thread: threading.Thread | None = None

    def __call__(self, request: gurukool.Request) -> None:
        if self._noted:
            request.step("first", lambda: 1)
        self._thread = threading.Thread(target=self._run, args=[request], daemon=True)
        self._thread.start()
        self._ends()

    def _run(self, request: gurukool.Request) -> None:
        assert self.in_step.is_set() or self.is_over.wait(PATIENCE_S)
        try:
            self._call(request, lambda: self.called.append(self.is_over.is_set()))
        except BaseException as error:  # noqa: BLE001 - it is no Exception
            self.raised = error

    def finish(self) -> None:
        self.is_over.set()
        assert self._thread
        self._thread.join(PATIENCE_S)


def run(leftover: Leftover, seconds: float = PATIENCE_S) -> tuple[Ran, list[str]]:
    """What came of the attempt, and the names of what it has stored when its thread has ended, too."""

    @gurukool.handler("work")
    def work(payload: int, request: gurukool.Request) -> None:
        leftover(request)

    store = MemoryStore()
    store.requests.write(QUEUED)
    running = store.requests.begin(QUEUED, "mark", 0, 1)
    journal = Journal(store.requests, lambda: store.notes, ManualClock(), running)
    ran = attempts.attempt(declarations(work)[0], running, seconds, journal=journal)
    leftover.finish()
    kinds = NoteKind.STEP, NoteKind.EVENT
    return ran, [note.key.name for kind in kinds for note in list_all(store.notes, "ada", 1, kind)]


@pytest.mark.parametrize("noted", [True, False])
@pytest.mark.parametrize("call", CALLS)
def test_it_begins_nothing_any_more(call: str, noted: bool) -> None:
    leftover = Leftover(CALLS[call], noted=noted)

    _, stored = run(leftover)

    assert isinstance(leftover.raised, AttemptEndedError)
    assert not leftover.called
    assert stored == ["first"] * noted


def test_it_begins_nothing_after_the_time_limit_either() -> None:
    leftover = Leftover(CALLS["step"], noted=True, ends=threading.Event().wait)

    ran, stored = run(leftover, 0.2)

    assert isinstance(ran, Failure)
    assert isinstance(leftover.raised, AttemptEndedError)
    assert (leftover.called, stored) == ([], ["first"])


def test_the_result_of_a_step_within_which_the_attempt_ends_is_not_stored() -> None:
    begun = threading.Event()

    def call(request: gurukool.Request, function: Callable[[], Any]) -> None:
        def charge() -> None:
            begun.set()
            assert leftover.is_over.wait(PATIENCE_S)
            function()

        request.step("late", charge)

    leftover = Leftover(call, noted=True, ends=lambda: begun.wait(PATIENCE_S))
    leftover.in_step.set()

    _, stored = run(leftover)

    assert isinstance(leftover.raised, AttemptEndedError)
    assert (leftover.called, stored) == ([True], ["first"])


def test_its_first_event_is_refused() -> None:
    leftover = Leftover(lambda request, _: request.emit(1), noted=False)

    _, stored = run(leftover)

    assert isinstance(leftover.raised, RuntimeError)
    assert not stored


@pytest.mark.parametrize("noted", [True, False])
def test_it_begins_nothing_in_tests_of_an_application(noted: bool) -> None:
    leftover = Leftover(CALLS["step"], noted=noted)

    @gurukool.handler("work")
    def work(payload: int, request: gurukool.Request) -> None:
        leftover(request)

    assert gurukool.testing.run(work, 1).status == "succeeded"
    leftover.finish()

    assert isinstance(leftover.raised, AttemptEndedError)
    assert not leftover.called
