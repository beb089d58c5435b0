"""What must hold of requests that somebody has asked to stop while they ran."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.core.queueing.request import Request, Status
from tests.simulation.history import require

if TYPE_CHECKING:
    from tests.simulation.execution import Execution
    from tests.simulation.records import Call
    from tests.simulation.world import World

ENDED_MS = 7_000  # after the answer: so long may the handler go on if nothing goes wrong
SETTLED_MS = 12_000  # and then the request has its outcome, also if its process had to be ended
# Or the deadline is over that a handler has left which ended its process itself: its wake-up comes back 15 s
# after it was held, which may be after the answer, and then the next worker reads and writes.
OVER_MS = 15_500


def check_stop(before: Request, after: Request) -> None:
    """Once it is stored, the request runs on or is cancelled; invariants.py looks after its effects."""
    if before.stop_requested_at is None:
        asked_in_vain = after.stop_requested_at is not None and before.status is not Status.RUNNING
        require(not asked_in_vain, f"{after.seq} was asked to stop while it was {before.status}")
        return
    kept = (after.stop_requested_at, after.stopped_by) == (before.stop_requested_at, before.stopped_by)
    require(kept, f"the stop of {after.seq} was forgotten")
    require(after.attempts == before.attempts, f"{after.seq} was begun again after its stop")
    only = after.status in (Status.RUNNING, Status.CANCELLED)
    require(only, f"{after.seq} was to stop and became {after.status}")


def check_stopped(world: World, call: Call) -> None:
    """What the answer has promised."""
    seen: Request = call.answer
    require(seen.status in (Status.RUNNING, Status.CANCELLED), f"{call.name} has stopped nothing")
    stored = world.store.tables.requests.get(call.user_id, {}).get(seen.seq)
    require(stored is None or stored.status is Status.CANCELLED, f"{call.name}: {seen.seq} was not cancelled")
    is_calm = world.faultless and not world.deployment.type  # no worker has code that has to wait for other
    if seen.status is Status.RUNNING and stored is not None and is_calm:
        _check_soon(world, call, stored)


def _check_soon(world: World, call: Call, stored: Request) -> None:
    runs = [e for e in world.executions.all if e.attempt[:2] == (stored.user_id, stored.seq)]
    answered = max(call.ended or 0, runs[-1].watched_from)
    require(runs[-1].ended <= answered + ENDED_MS, f"{call.name}: {stored.seq} ran on for too long")
    allowed = OVER_MS if _died(world, runs[-1]) else SETTLED_MS
    settled = (stored.finished_at or 0) <= answered + allowed
    require(settled, f"{call.name}: {stored.seq} had no outcome for too long")


def _died(world: World, run: Execution) -> bool:
    plan = world.executions.plans.get(run.request.payload)
    return plan is not None and run.request.counted_attempts <= plan.kills
