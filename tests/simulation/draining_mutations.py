"""Deliberate defects in what enqueues, workers and the sweeper do, in the order of their writes."""

from collections.abc import Sequence
from typing import Any

from pytest import MonkeyPatch  # noqa: PT013 - only the type

from chalicelib.adapters.runtime import raised
from chalicelib.core.errors import LostRaceError, UnavailableError
from chalicelib.core.queueing import lookahead, sweep, waking
from chalicelib.core.queueing import request as retention_of
from chalicelib.core.queueing.controls import Controls
from chalicelib.core.queueing.dequeue import Dequeue
from chalicelib.core.queueing.drain_pass import DrainPass
from chalicelib.core.queueing.enqueue import Enqueue
from chalicelib.core.queueing.held_lease import HeldLease
from chalicelib.core.queueing.lookahead import Lookahead
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.request import Failure, Request
from chalicelib.core.queueing.stored_text import storable
from chalicelib.core.queueing.sweep import Sweep
from tests.simulation import faults, weeks, world
from tests.simulation.lambdas import SWEEP_MS
from tests.simulation.mutations import defect, left_to_nobody, under


@defect
@under(faults.Faults(stall=0.1, slow=0.2))
def account_removed_while_something_is_at_it(patch: MonkeyPatch) -> None:
    patch.setattr(sweep, "is_at_work", lambda *_: False)


@defect
def no_sweeper(patch: MonkeyPatch) -> None:
    patch.setattr(Sweep, "__call__", lambda sweep: None)


@defect
def never_ring(patch: MonkeyPatch) -> None:
    patch.setattr(waking, "needs_wake_up", lambda queue, now: False)


@defect
def never_ring_again(patch: MonkeyPatch) -> None:
    """A turn that ends in the middle of work leaves it at that."""
    patch.setattr(DrainPass, "_yield_turn", left_to_nobody)


@defect
def wake_up_never_held(patch: MonkeyPatch) -> None:
    patch.setattr(HeldLease, "outlast", lambda lease, moment: None)


@defect
def deadline_not_waited_for(patch: MonkeyPatch) -> None:
    patch.setattr(Request, "due", property(lambda request: request.not_before or 0))


@defect
def hole_never_closed(patch: MonkeyPatch) -> None:
    def fill(at: Lookahead, queue: Queue, seq: int) -> Request:
        raise UnavailableError("There is a hole.")

    patch.setattr(Lookahead, "_fill_hole", fill)


@defect
def batch_kept_though_it_was_given_up(patch: MonkeyPatch) -> None:
    patch.setattr(Lookahead, "_is_abandoned", lambda at, request: False)


@defect
def batch_written_from_the_front(patch: MonkeyPatch) -> None:
    def write(use: Enqueue, batch: Sequence[Request], key: Any) -> bool:
        for request in batch:
            use._write_place(request, key if request is batch[0] else None, batch[-1].seq)
        return True

    patch.setattr(Enqueue, "_write", write)


@defect
def void_taken_for_the_request(patch: MonkeyPatch) -> None:
    def write_place(use: Enqueue, request: Request, key: Any = None, last: int = 0) -> None:
        try:
            use.requests.write(request, key, last)
        except LostRaceError:
            return  # though it may be a void

    patch.setattr(Enqueue, "_write_place", write_place)


@defect
@under(faults.Faults(stall=0.1, crash=0.05))
def cancel_what_was_not_accepted(patch: MonkeyPatch) -> None:
    patch.setattr(Controls, "_is_accepted", lambda controls, request, queue: True)


@defect
@under(faults.Faults(repeat=0.5))
def own_read_taken_for_anothers(patch: MonkeyPatch) -> None:
    def move_read(use: Dequeue, queue: Queue, session_id: str, seq: int) -> bool:
        try:
            use.queues.move_read(queue, session_id, seq, use.new_token(), use.clock.now())
        except LostRaceError:
            return False
        return True

    patch.setattr(Dequeue, "_move_read", move_read)


@defect
def delays_of_handlers_taken_as_they_are(patch: MonkeyPatch) -> None:
    patch.setattr(raised, "delay_ms", lambda after: min(after, 10**13) * 1000 if type(after) is int else 0)
    patch.setattr(
        Failure,
        "__post_init__",
        lambda failure: object.__setattr__(failure, "message", storable(failure.message)),
    )


@defect
@under(faults.Faults(crash=0.05, lose=0.3))
def first_of_a_batch_forgotten_like_any_other(patch: MonkeyPatch) -> None:
    """A worker has ended it and crashed, and at once everything stands still for a week."""
    patch.setattr(weeks, "REST_MS", -2 * SWEEP_MS)
    patch.setattr(retention_of, "FIRST_OF_BATCH_MS", 0)


@defect
@under(faults.Faults(crash=0.05, stall=0.05, lose=0.3))
def void_of_a_batch_forgotten_before_the_rest_has_passed(patch: MonkeyPatch) -> None:
    """A worker has closed the place of its first and crashed, and everything stands still for a week."""
    patch.setattr(weeks, "REST_MS", -2 * SWEEP_MS)
    patch.setattr(world, "draw_kinds", lambda rng, controlled: ["batch"] * 8)
    patch.setattr(lookahead, "LEADING_VOID_MS", 0)
