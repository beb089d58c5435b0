"""Stop a request, also while it runs.

A running attempt cannot be taken back, but its outcome can be decided: once somebody has asked to stop it,
the outcome is `cancelled` and no effect is written, whatever its handler does. Each write that would end the
attempt otherwise has the condition that nobody has asked. So of a stop and a success exactly one wins.

The process that runs the attempt looks every LOOK_MS. The handler then has CLEAN_UP_MS before it is
interrupted as by its time limit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.core.errors import ConflictError, LostRaceError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.log_fields import log_fields
from chalicelib.core.queueing.request import Outcome, Request, Status, StoppedBy

if TYPE_CHECKING:
    from chalicelib.core.queueing.controls import Controls
    from chalicelib.core.queueing.request_store import RequestStore
    from chalicelib.core.time import Millis

LOOK_MS: Final = 1_250  # between two looks at an attempt that has lasted that long; each is one read
CLEAN_UP_MS: Final = 5_000  # how long a handler may go on once its process knows of the stop


def stop(controls: Controls, user_id: str, session_id: str | None, seq: int) -> Request:
    """See `Controls.stop`."""
    by = StoppedBy.USER if session_id else StoppedBy.ADMINISTRATOR
    asked: Millis | None = None
    while True:
        queue, request = controls.find(user_id, session_id, seq)
        now = controls.clock.now()
        if request.settled:
            if asked is not None and request.stop_requested_at == asked:
                return request  # this call has stopped it; the answer of its write was lost
            raise ConflictError(
                f"Request {seq} cannot be stopped: it has ended as {request.status}.", code="already_ended"
            )
        if request.status is Status.QUEUED or request.has_crashed(now):
            if cancelled := controls.cancel_seen(queue, request, now):
                return cancelled
        elif request.stop_requested_at is not None:
            return request
        else:
            asked = now
            try:
                stopping = controls.requests.request_stop(request, by, now)
            except LostRaceError:
                continue
            log_event("stop requested", user=user_id, seq=seq, stopped_by=by, attempt=request.attempts)
            return stopping


def settle_stopped(requests: RequestStore, crashed: Request, now: Millis) -> Request:
    """Cancel a request that was asked to stop and whose attempt crashed. Raises LostRaceError."""
    cancelled = requests.settle(crashed, Outcome(Status.CANCELLED), now)
    log_event("request cancelled", **log_fields(crashed), stopped_by=crashed.stopped_by)
    return cancelled
