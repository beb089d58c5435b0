"""Deliberate defects of the moments at which the sweeper looks at queues. mutations.py has the others."""

from dataclasses import replace
from typing import Any

from pytest import MonkeyPatch  # noqa: PT013 - only the type

from chalicelib.adapters.memory import entries, queues, sweep_index, tables
from chalicelib.adapters.memory.connections import MemoryConnections
from chalicelib.core.queueing import resting, sweep
from chalicelib.core.queueing.queue import Queue, State
from chalicelib.core.time import Millis
from tests.simulation import faults
from tests.simulation.mutations import defect, under


@defect
def number_given_out_without_a_moment(patch: MonkeyPatch) -> None:
    patch.setattr(tables, "marked", lambda queue, look_at: queue)


@defect
def number_of_an_entry_given_out_without_a_moment(patch: MonkeyPatch) -> None:
    patch.setattr(entries, "marked", lambda queue, look_at: queue)


@defect
def worker_leaves_the_queue_at_rest(patch: MonkeyPatch) -> None:
    patch.setattr(queues, "next_look", lambda queue, now, **owes: None)


@defect
def queue_opened_and_left_at_rest(patch: MonkeyPatch) -> None:
    patch.setattr(queues, "_woken", lambda found, seen, now: replace(found, awake=now))


@defect
def removal_left_at_rest(patch: MonkeyPatch) -> None:
    mark_for_removal = MemoryConnections.mark_for_removal

    def mark(store: MemoryConnections, user_id: str, now: Millis) -> None:
        before = store._tables.existing(user_id).look_at
        mark_for_removal(store, user_id, now)
        if before is not None:
            store._tables.put(replace(store._tables.existing(user_id), look_at=before))

    patch.setattr(MemoryConnections, "mark_for_removal", mark)


@defect
def queue_that_owes_callbacks_put_off(patch: MonkeyPatch) -> None:
    rests_until = resting.rests_until

    def rests(queue: Queue, head: Any, now: Millis) -> Millis | None:
        return rests_until(replace(queue, callbacks=queue.callbacks._replace(first=None)), head, now)

    patch.setattr(sweep, "rests_until", rests)


def _put_off_without(patch: MonkeyPatch, **unseen: Any) -> None:
    """Putting the look off without these fields of the queue among its conditions."""
    at_rest = sweep_index._at_rest
    patch.setattr(sweep_index, "_at_rest", lambda queue: at_rest(replace(queue, **unseen)))


@defect
@under(faults.Faults(stall=0.3, slow=0.5))
def put_off_though_the_queue_was_opened(patch: MonkeyPatch) -> None:
    """A sweeper has read it, and stands still."""
    _put_off_without(patch, state=State.OPEN, awake=None, look_at=None)


@defect
@under(faults.Faults(stall=0.3, slow=0.5))
def put_off_though_a_wake_up_was_sent(patch: MonkeyPatch) -> None:
    _put_off_without(patch, awake=None)
