"""Slots: what an enqueue costs behind a backlog, and what interrupt does beyond replace."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.core.errors import ConflictError, UnavailableError
from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.request import Request, StoppedBy
from chalicelib.core.queueing.slot_entry import CHUNK
from chalicelib.core.queueing.slots import IfBusy
from tests.unit.core.queue_harness import DONE, SESSION, USER, QueueHarness
from tests.unit.core.test_slots import CANCELLED, SUCCEEDED, ended, send


@pytest.mark.parametrize("if_busy", [IfBusy.REPLACE, IfBusy.REJECT, IfBusy.INTERRUPT])
def test_the_cost_does_not_depend_on_the_backlog(harness: QueueHarness, if_busy: IfBusy) -> None:
    assert calls_behind(5, if_busy) == calls_behind(5_000, if_busy)


def calls_behind(backlog: int, if_busy: IfBusy) -> list[str]:
    """What an enqueue asks of the store behind so many requests that wait, all of them in its slot."""
    harness = QueueHarness()
    harness.make_room(backlog + 2)
    send(harness, IfBusy.QUEUE)
    harness.store.queues.take_numbers(USER, SESSION, backlog - 1, harness.clock.now())
    for seq in range(2, backlog + 1):
        waiting = replace(harness.request(1), seq=seq, slot_before=seq - 1)
        harness.store.requests.write(waiting)
    requests: Any = Counted(harness.store.requests)
    queues: Any = Counted(harness.store.queues, requests.made)
    enqueue = replace(harness.enqueue, requests=requests, queues=queues)
    try:
        enqueue(USER, SESSION, [Work("skip", "null", slot="doc", if_busy=if_busy)])
    except ConflictError:
        assert if_busy is IfBusy.REJECT
    made: list[str] = requests.made
    return made


def test_an_interrupt_reads_past_what_was_cancelled_one_by_one(harness: QueueHarness) -> None:
    """docs/performance.md says so."""
    harness.make_room(2 * CHUNK + 1)
    for _ in range(2 * CHUNK):
        send(harness, IfBusy.QUEUE)
        harness.controls.cancel(USER, SESSION, harness.queue.tail)
    requests: Any = Counted(harness.store.requests)
    enqueue = replace(harness.enqueue, requests=requests)

    enqueue(USER, SESSION, [Work("skip", "null", slot="doc", if_busy=IfBusy.INTERRUPT)])

    assert requests.made.count("list_without_payloads") == 3


class Counted:
    """A store that notes the calls that it gets."""

    def __init__(self, store: object, made: list[str] | None = None) -> None:
        self._store = store
        self.made: list[str] = [] if made is None else made

    def __getattr__(self, name: str) -> object:
        self.made.append(name)
        return getattr(self._store, name)


def test_an_interrupt_stops_what_runs_and_cancels_what_waits(harness: QueueHarness) -> None:
    def interrupted_meanwhile(_: Request) -> object:
        send(harness, IfBusy.QUEUE)
        send(harness, IfBusy.INTERRUPT)
        return DONE

    harness.script[1] = [interrupted_meanwhile]  # type: ignore[list-item]
    send(harness, IfBusy.QUEUE)

    harness.run()

    assert (harness.started, ended(harness)) == ([1, 3], [(CANCELLED, 3), (CANCELLED, 3), (SUCCEEDED, None)])
    assert (harness.request(1).stopped_by, harness.request(2).stopped_by) == (StoppedBy.SLOT, None)


def test_an_interrupt_does_not_stop_what_runs_in_another_slot(harness: QueueHarness) -> None:
    def meanwhile(_: Request) -> object:
        send(harness, IfBusy.INTERRUPT)
        return DONE

    harness.script[1] = [meanwhile]  # type: ignore[list-item]
    send(harness, IfBusy.QUEUE, slot="other")

    harness.run()

    assert harness.statuses() == [SUCCEEDED, SUCCEEDED]


def test_a_repeated_interrupt_stops_what_the_first_call_has_left_running(harness: QueueHarness) -> None:
    def meanwhile(_: Request) -> object:
        stop = harness.store.requests.request_stop
        harness.store.requests.request_stop = crash  # type: ignore[method-assign, assignment]
        with pytest.raises(UnavailableError):
            send(harness, IfBusy.INTERRUPT, key="k")
        harness.store.requests.request_stop = stop  # type: ignore[method-assign]
        assert send(harness, IfBusy.INTERRUPT, key="k").replayed
        return DONE

    harness.script[1] = [meanwhile]  # type: ignore[list-item]
    send(harness, IfBusy.QUEUE)

    harness.run()

    assert ended(harness) == [(CANCELLED, 2), (SUCCEEDED, None)]


def crash(*_: object) -> Request:
    raise UnavailableError
