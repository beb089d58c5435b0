"""Deliberate defects of what happens to requests that the deployed code cannot take."""

from random import Random
from typing import Any

from pytest import MonkeyPatch  # noqa: PT013 - only the type

from chalicelib.adapters.memory import queues, tables
from chalicelib.adapters.memory.queues import MemoryQueues
from chalicelib.core.queueing import policy
from chalicelib.core.queueing.attempt import Attempt
from chalicelib.core.queueing.cursor import Cursor
from chalicelib.core.queueing.drain_pass import DrainPass
from chalicelib.core.queueing.queue import HoldReason, Queue, State
from chalicelib.core.queueing.request import Failure, Outcome, Request, Status
from chalicelib.core.queueing.steps import Done, Passed
from chalicelib.core.queueing.sweep import Sweep
from tests.simulation import faults, world
from tests.simulation.deployments import Deployment
from tests.simulation.mutations import Defect, defect, unconditionally, under


def deploying(define: Defect) -> Defect:
    """In every history other code is deployed, and holds what it cannot take at its first look."""

    def draw(deployment: Deployment, rng: Random, lasts: int) -> None:
        deployment.draw_other(rng, lasts)

    def deploy(patch: MonkeyPatch) -> None:
        patch.setattr(Deployment, "draw", draw)
        patch.setattr(policy, "PATIENCE_MS", 0)
        define(patch)

    deploy.__name__ = define.__name__
    return deploy


def users_who(kinds: tuple[str, ...]) -> Any:
    """Users who do nothing else, one after another."""
    return lambda rng, controlled: [rng.choice(kinds) for _ in range(20)]


@defect
@under(faults.Faults(slow=0.5, stall=0.2, intrude=0.9))
@deploying
def hold_without_a_condition(patch: MonkeyPatch) -> None:
    unconditionally("hold")(patch)


@defect
@under(faults.Faults(slow=0.5, stall=0.2, intrude=0.9))
@deploying
def held_queue_opened_without_a_condition(patch: MonkeyPatch) -> None:
    change_state = MemoryQueues.change_state

    def change(store: MemoryQueues, queue: Queue, state: State, *arguments: Any) -> Queue:
        with MonkeyPatch.context() as inner:
            if queue.state is State.HELD:
                inner.setattr(tables, "require", lambda condition: None)
            return change_state(store, queue, state, *arguments)

    patch.setattr(MemoryQueues, "change_state", change)


@defect
@under(faults.Faults(slow=0.9))
@deploying
def queue_held_though_its_head_was_cancelled(patch: MonkeyPatch) -> None:
    """Whoever holds the queue does not look again, and a cancel has looked just before."""
    patch.setattr(world, "draw_kinds", users_who(("enqueue", "enqueue", "cancel", "cancel", "cancel")))

    def hold(drain_pass: DrainPass, why: Failure) -> Done:
        cursor, drain = drain_pass._cursor, drain_pass._drain
        cursor.checkpoint()
        drain.queues.hold(cursor.queue, HoldReason.of(why, drain.clock.now(), drain.code))
        return Done()

    patch.setattr(DrainPass, "_hold", hold)


@defect
@under(faults.Faults(slow=0.5, stall=0.2, intrude=0.9))
@deploying
def place_kept_though_another_worker_has_moved_the_head(patch: MonkeyPatch) -> None:
    patch.setattr(Cursor, "take_over", lambda cursor, queue: setattr(cursor, "queue", queue))


@defect
@deploying
def held_queue_left_at_rest(patch: MonkeyPatch) -> None:
    patch.setattr(queues, "look_at_hold", lambda queue, since: None)


@defect
@deploying
def held_queues_never_rung_by_the_sweeper(patch: MonkeyPatch) -> None:
    rescue = Sweep._rescue

    def rescue_others(use: Sweep, queue: Queue, *others: Any) -> None:
        if queue.state is not State.HELD:
            rescue(use, queue, *others)

    patch.setattr(Sweep, "_rescue", rescue_others)


@defect
@deploying
def what_no_code_can_take_is_failed_after_a_while(patch: MonkeyPatch) -> None:
    def fail(attempt: Attempt, request: Request, why: Failure) -> Passed:
        outcome = Outcome(Status.FAILED, error=why)
        return Passed(attempt.requests.settle(request, outcome, attempt.clock.now()))

    patch.setattr(Attempt, "_unfit", fail)
