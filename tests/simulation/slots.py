"""What must hold of requests with a latest start."""

from chalicelib.core.queueing.request import Request, Status
from tests.simulation.history import Violation


def check_latest_start(request: Request) -> None:
    """It was begun in time, by the clock of its worker, or never. Raises Violation."""
    latest = request.start_before
    if request.status is Status.EXPIRED:
        late = latest is not None and (request.finished_at or 0) > latest
        if request.attempts or not late:
            raise Violation(f"{request.seq} has expired after {request.attempts} attempts, or too early")
    if latest is not None and request.attempts == 1 and (request.started_at or 0) > latest:
        raise Violation(f"{request.seq} was begun after its latest start")
