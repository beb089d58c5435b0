"""Deliberate defects of handlers' rates."""

from collections.abc import Mapping

from pytest import MonkeyPatch  # noqa: PT013 - only the type

from chalicelib.core.queueing.cursor import Cursor
from chalicelib.core.queueing.progress import Progress
from chalicelib.core.queueing.request import Request
from chalicelib.core.time import Millis
from tests.simulation import limits
from tests.simulation.mutations import defect


@defect
def rate_of_a_handler_not_looked_at(patch: MonkeyPatch) -> None:
    _always(patch)
    patch.setattr(Cursor, "paced_until", lambda cursor, request: 0)


@defect
def begin_of_the_request_itself_forgotten(patch: MonkeyPatch) -> None:
    """Of an attempt that has failed or crashed."""
    _always(patch)

    def paced_until(cursor: Cursor, request: Request) -> Millis:
        return cursor._progress.paced.get(request.type, 0)

    patch.setattr(Cursor, "paced_until", paced_until)


@defect
def begins_of_others_forgotten(patch: MonkeyPatch) -> None:
    _always(patch)
    patch.setattr(Cursor, "paced_until", lambda cursor, request: request.paced_until or 0)


@defect
def begins_forgotten_when_the_head_is_written(patch: MonkeyPatch) -> None:
    """The next worker does not know of them."""
    _always(patch)

    def none_left(progress: Progress, now: Millis) -> Mapping[str, Millis]:
        return {}

    patch.setattr(Progress, "paced_at", none_left)


def _always(patch: MonkeyPatch) -> None:
    patch.setattr(limits, "LIMITED", range(8))
