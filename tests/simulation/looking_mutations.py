"""Deliberate defects of the moments at which the sweeper looks at queues. mutations.py has the others."""

from dataclasses import replace
from typing import Any

from pytest import MonkeyPatch  # noqa: PT013 - only the type

from chalicelib.adapters.memory import entries, queues, sweep_index, tables
from chalicelib.adapters.memory.connections import MemoryConnections
from chalicelib.adapters.memory.sweep_index import MemorySweepIndex
from chalicelib.core.queueing import resting, sweep
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.time import Millis
from tests.simulation import faults, world
from tests.simulation.mutations import defect, under

type Seen = tuple[object, ...]


@defect
def number_given_out_without_a_moment(patch: MonkeyPatch) -> None:
    patch.setattr(tables, "marked", lambda queue, look_at: queue)


@defect
def number_of_an_entry_given_out_without_a_moment(patch: MonkeyPatch) -> None:
    patch.setattr(entries, "marked", lambda queue, look_at: queue)


@defect
def moment_removed_though_a_number_was_given_out(patch: MonkeyPatch) -> None:
    def clear_work_mark(index: MemorySweepIndex, queue: Queue) -> None:
        index._tables.put(replace(index._tables.existing(queue.user_id), look_at=None))
        index._tables.open_until[queue.user_id] = queue.connected_until

    patch.setattr(MemorySweepIndex, "clear_work_mark", clear_work_mark)
    patch.setattr(sweep, "IDLE_MS", 0)


@defect
def worker_leaves_the_queue_at_rest(patch: MonkeyPatch) -> None:
    patch.setattr(queues, "next_look", lambda queue, now: None)


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


def put_off_whatever(*unseen: int) -> Any:
    """Whether these of what is seen have changed."""
    at_rest = sweep_index._at_rest

    def seen(queue: Queue) -> Seen:
        return tuple(value for place, value in enumerate(at_rest(queue)) if place not in unseen)

    return lambda patch: patch.setattr(sweep_index, "_at_rest", seen)


@defect
@under(faults.Faults(stall=0.2, slow=0.5))
def put_off_though_the_head_has_moved(patch: MonkeyPatch) -> None:
    """Seen where the first requests of paused queues are cancelled all the time."""
    kinds = ("pause", "cancel", "cancel", "cancel")
    made = lambda rng, controlled: ["enqueue"] * 6 + [rng.choice(kinds) for _ in range(30)]  # noqa: E731
    patch.setattr(world, "draw_kinds", made)
    put_off_whatever(0, 4)(patch)


@defect
@under(faults.Faults(stall=0.3, slow=0.5))
def put_off_though_the_queue_was_opened(patch: MonkeyPatch) -> None:
    put_off_whatever(2, 3, 4)(patch)
