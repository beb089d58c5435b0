"""Deliberate defects of the lanes and of rings, which the simulation must find."""

from pytest import MonkeyPatch  # noqa: PT013 - only the type

from chalicelib.core.queueing.drain_pass import DrainPass
from chalicelib.core.queueing.turn import Turn
from tests.simulation import faults
from tests.simulation.mutations import DEFECTS, defect, left_to_nobody, unconditionally, under

DEFECTS["claim_wake_up without a condition"] = under(faults.Faults(slow=0.9, lose=0.5))(
    unconditionally("claim_wake_up")
)


@defect
def hand_over_without_a_ring(patch: MonkeyPatch) -> None:
    """The quick worker leaves a request that may take long to nobody."""
    patch.setattr(DrainPass, "_hand_over", left_to_nobody)


@defect
def slow_requests_begun_in_the_quick_lane(patch: MonkeyPatch) -> None:
    patch.setattr(Turn, "cannot_begin", lambda turn, request, average_ms: False)
