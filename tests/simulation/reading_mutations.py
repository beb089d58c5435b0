"""Deliberate defects of reading and waiting, beside those of mutations.py."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

from pytest import MonkeyPatch  # noqa: PT013 - only the type

from chalicelib.adapters.memory.tables import require
from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing import outcomes, waits
from chalicelib.core.queueing.outcomes import Outcomes
from chalicelib.core.queueing.pages import Page, read_page
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.time import Millis
from tests.fakes.accounts import FakeSessions
from tests.simulation import faults, world
from tests.simulation.mutations import defect, under


def _only_wait(patch: MonkeyPatch) -> None:
    """Users who send nothing and wait for outcomes all the time, more calls of a session than may."""
    patch.setattr(world, "draw_kinds", lambda rng, controlled: ["outcomes"] * 16)


@defect
def reader_sent_past_what_did_not_fit(patch: MonkeyPatch) -> None:
    def read(requests: Any, user_id: str, after: int, last: int, extent: Any) -> Page:
        return replace(read_page(requests, user_id, after, last, extent), after=max(after, last))

    patch.setattr(outcomes, "read_page", read)


@defect
def reader_sent_past_the_head(patch: MonkeyPatch) -> None:
    def read(requests: Any, user_id: str, after: int, last: int, extent: Any) -> Page:
        return read_page(requests, user_id, after, last + 1, extent)

    patch.setattr(outcomes, "read_page", read)


@defect
def read_moved_past_the_head(patch: MonkeyPatch) -> None:
    _mark_read_if(patch, lambda queue, seq: queue.read < seq)


@defect
def read_moved_back(patch: MonkeyPatch) -> None:
    _mark_read_if(patch, lambda queue, seq: queue.read != seq <= queue.head)


def _mark_read_if(patch: MonkeyPatch, condition: Any) -> None:
    def mark_read(use: Outcomes, user_id: str, session_id: str, seq: int) -> Queue:
        queue = use._queue(user_id, session_id)
        if condition(queue, seq):
            with suppress(LostRaceError):  # as the code does; the defect is in the write
                use.queues.move_read(queue, session_id, seq, use.new_token(), use.clock.now())
        return replace(queue, read=max(queue.read, seq))

    patch.setattr(Outcomes, "mark_read", mark_read)


@defect
def slot_for_waiting_taken_from_who_has_it(patch: MonkeyPatch) -> None:
    _only_wait(patch)

    def occupy(store: FakeSessions, session_id: str, slot: int, until: Millis, now: Millis) -> None:
        require(session_id in store.sessions)
        store.waits[session_id, slot] = until

    patch.setattr(FakeSessions, "occupy", occupy)


@defect
@under(faults.Faults(stall=0.2))
def slot_for_waiting_given_back_by_who_has_it_no_longer(patch: MonkeyPatch) -> None:
    _only_wait(patch)
    patch.setattr(waits, "GRACE_MS", 0)

    def vacate(store: FakeSessions, session_id: str, slot: int, until: Millis) -> None:
        store.waits.pop((session_id, slot), None)

    patch.setattr(FakeSessions, "vacate", vacate)
