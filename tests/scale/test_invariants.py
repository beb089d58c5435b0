"""The checks of the promises find what they are there to find."""

from dataclasses import replace

import pytest

from chalicelib.adapters.memory.store import MemoryStore
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.request import Request, Status
from tests.scale.invariants import BrokenPromiseError, Invariants

USER = "ada"
WAITING = Request(USER, 1, "work", "null", Status.QUEUED, enqueued_at=0)
SUCCEEDED = replace(WAITING, status=Status.SUCCEEDED, result="1")
QUEUE = Queue(USER, room=8, limit=10, tail=2)


def invariants(*requests: Request, queue: Queue = QUEUE) -> Invariants:
    tables = MemoryStore().tables
    tables.queues[USER] = queue
    tables.requests[USER] = {request.seq: request for request in requests}
    return Invariants(tables)


def test_a_cursor_that_goes_back() -> None:
    checked = invariants(SUCCEEDED, queue=replace(QUEUE, head=1, room=9))
    checked.written(USER, None)
    checked._tables.queues[USER] = QUEUE

    with pytest.raises(BrokenPromiseError, match="I1"):
        checked.written(USER, None)


def test_a_head_that_passes_what_has_no_outcome() -> None:
    checked = invariants(WAITING)
    checked.written(USER, None)
    checked._tables.queues[USER] = replace(QUEUE, head=1, room=9)

    with pytest.raises(BrokenPromiseError, match="I2"):
        checked.written(USER, None)


def test_two_requests_at_the_same_time() -> None:
    checked = invariants(WAITING, replace(WAITING, seq=2))
    checked.started(WAITING)

    with pytest.raises(BrokenPromiseError, match="I3"):
        checked.started(replace(WAITING, seq=2))


def test_a_request_that_overtakes() -> None:
    checked = invariants(WAITING, replace(WAITING, seq=2))

    with pytest.raises(BrokenPromiseError, match="I4"):
        checked.started(replace(WAITING, seq=2))


def test_an_outcome_that_changes() -> None:
    checked = invariants(SUCCEEDED)
    checked.written(USER, SUCCEEDED)

    with pytest.raises(BrokenPromiseError, match="I5"):
        checked.written(USER, replace(SUCCEEDED, status=Status.FAILED))


def test_an_accepted_request_without_an_outcome() -> None:
    checked = invariants(WAITING)
    checked.accept(WAITING)

    with pytest.raises(BrokenPromiseError, match="I6"):
        checked.check_end()
    checked.written(USER, SUCCEEDED)
    checked.check_end()


def test_room_that_is_not_what_is_left() -> None:
    with pytest.raises(BrokenPromiseError, match="I7"):
        invariants(queue=replace(QUEUE, room=9)).written(USER, None)


def test_an_outcome_without_its_effect() -> None:
    with pytest.raises(BrokenPromiseError, match="I8"):
        invariants().written(USER, replace(SUCCEEDED, type="book"))
