"""Deliberate defects of what services do for users whom they name."""

from dataclasses import replace

from pytest import MonkeyPatch  # noqa: PT013 - only the type

from chalicelib.adapters.memory import tables
from chalicelib.adapters.memory.queues import MemoryQueues
from chalicelib.core.queueing import opening
from chalicelib.core.queueing.access import needs_session
from chalicelib.core.queueing.queue import Queue, State
from chalicelib.core.queueing.sweep import Sweep
from chalicelib.core.time import Millis
from tests.simulation import faults, services
from tests.simulation.mutations import defect, under


@defect
def queue_opened_for_a_service_without_a_mark(patch: MonkeyPatch) -> None:
    open_for_service = MemoryQueues.open_for_service

    def open_unmarked(store: MemoryQueues, user_id: str, now: Millis) -> None:
        before = store.get(user_id)
        open_for_service(store, user_id, now)
        if before is None or before.look_at is None:
            store._tables.put(replace(store._tables.queues[user_id], look_at=None))

    patch.setattr(MemoryQueues, "open_for_service", open_unmarked)


@defect
def numbers_given_to_a_service_in_a_closed_queue(patch: MonkeyPatch) -> None:
    patch.setattr(tables, "takes", lambda queue, session_id: True)


@defect
def numbers_given_to_a_service_for_a_blocked_user(patch: MonkeyPatch) -> None:
    def is_live(found: Queue, session_id: str, now: Millis) -> bool:
        return found.sessions.get(session_id, 0) > now or not needs_session(session_id)

    patch.setattr(Queue, "is_live", is_live)


@defect
@under(faults.Faults(slow=0.9, stall=0.1))
def queue_opened_for_a_service_whatever_its_state(patch: MonkeyPatch) -> None:
    """Seen where the queue was opened and halted since the service has found it closed."""
    _often(patch, "enqueue")
    patch.setattr(tables, "may_open", lambda queue: not queue.blocked and queue.deleted_at is None)


@defect
@under(faults.Faults(slow=0.9, stall=0.1))
def queue_of_a_blocked_user_opened_for_a_service(patch: MonkeyPatch) -> None:
    _often(patch, "enqueue", "enqueue", "admin_block", "admin_unblock")
    patch.setattr(tables, "may_open", lambda queue: queue.state is State.CLOSED)


@defect
def queue_of_a_name_not_opened(patch: MonkeyPatch) -> None:
    patch.setattr(opening, "reopened", lambda *arguments, **more: False)


@defect
def closed_queue_of_a_name_not_opened(patch: MonkeyPatch) -> None:
    reopened = opening.reopened

    def only_made(queues: MemoryQueues, found: Queue | None, count: int, now: Millis, **caller: str) -> bool:
        return found is None and reopened(queues, found, count, now, **caller)

    patch.setattr(opening, "reopened", only_made)


@defect
def queue_that_nobody_was_connected_to_left_open(patch: MonkeyPatch) -> None:
    tidy_drained = Sweep._tidy_drained

    def tidy(use: Sweep, drained: Queue, now: Millis) -> None:
        if drained.username:
            tidy_drained(use, drained, now)

    patch.setattr(Sweep, "_tidy_drained", tidy)


@defect
@under(faults.Faults(slow=0.9, stall=0.1))
def queue_closed_under_the_number_of_a_service(patch: MonkeyPatch) -> None:
    _often(patch, "enqueue")
    patch.setattr(
        tables,
        "is_drained",
        lambda found, seen: found.sessions == seen.sessions and found.deleted_at is None,
    )


@defect
def pause_lost_when_a_service_opens(patch: MonkeyPatch) -> None:
    _often(patch, "enqueue", "enqueue", "pause")
    open_for_service = MemoryQueues.open_for_service

    def open_and_forget(store: MemoryQueues, user_id: str, now: Millis) -> None:
        open_for_service(store, user_id, now)
        store._tables.put(replace(store._tables.queues[user_id], paused_by=None, state=State.OPEN))

    patch.setattr(MemoryQueues, "open_for_service", open_and_forget)


def _often(patch: MonkeyPatch, *kinds: str) -> None:
    """Services do almost nothing else, in every history, for one name."""
    patch.setattr(services, "SERVED", range(8))
    patch.setattr(services, "draw_kinds", lambda rng, controlled: [rng.choice(kinds) for _ in range(30)])
