"""Deliberate defects of the latest start. mutations.py has the others."""

from dataclasses import replace
from typing import Any

from pytest import MonkeyPatch  # noqa: PT013 - only the type

from chalicelib.core.queueing.attempt import Attempt
from chalicelib.core.queueing.request import Request, Status
from tests.simulation import faults
from tests.simulation.mutations import defect, under


@defect
def latest_start_not_looked_at(patch: MonkeyPatch) -> None:
    patch.setattr(Request, "is_too_late", lambda request, now: False)


@defect
@under(faults.Faults(slow=0.9, stall=0.05))
def latest_start_not_looked_at_before_begin(patch: MonkeyPatch) -> None:
    try_ = Attempt._try

    def at_any_time(attempt: Attempt, request: Request, *arguments: Any) -> Any:
        return try_(attempt, replace(request, start_before=None), *arguments)

    patch.setattr(Attempt, "_try", at_any_time)


@defect
def what_was_begun_expires(patch: MonkeyPatch) -> None:
    def is_too_late(request: Request, now: int) -> bool:
        return request.status is Status.QUEUED and now > (request.start_before or now)

    patch.setattr(Request, "is_too_late", is_too_late)
