"""Accept a request: take a number, write the request under it, send a wake-up."""

import logging
from dataclasses import dataclass

from chalicelib.core.errors import LostRaceError, TooManyError, UnauthenticatedError, UnavailableError
from chalicelib.core.events import tell
from chalicelib.core.ports import Clock, Log, WakeUps
from chalicelib.core.queue import Queue, must_ring
from chalicelib.core.request import Millis, Request, Status

# Tries to write under a fresh number when a drain has closed the place before the request got there.
MAX_NUMBERS = 3


@dataclass(frozen=True, slots=True)
class Work:
    """What a caller asks for, already validated."""

    type: str
    payload: str  # JSON text


@dataclass(frozen=True, slots=True)
class Accepted:
    request: Request
    queue: Queue
    rang: bool


@dataclass(frozen=True, slots=True)
class Enqueue:
    log: Log
    wake_ups: WakeUps
    clock: Clock

    def __call__(self, user_id: str, session_id: str, work: Work) -> Accepted:
        """Raises UnauthenticatedError, TooManyError, UnavailableError."""
        for _ in range(MAX_NUMBERS):
            now = self.clock.now()
            queue = self._take_number(user_id, session_id, now)
            request = Request(user_id, queue.tail, work.type, work.payload, Status.QUEUED, enqueued_at=now)
            if self._write(request):
                tell("request accepted", user=user_id, seq=request.seq, type=request.type)
                return Accepted(request, queue, must_ring(queue, now) and self._ring(user_id, queue.tail))
        raise UnavailableError("The request could not be stored in time. Nothing was accepted; try again.")

    def _take_number(self, user_id: str, session_id: str, now: Millis) -> Queue:
        try:
            return self.log.take_numbers(user_id, session_id, 1, now)
        except LostRaceError:
            raise refusal(self.log.queue(user_id), session_id, now) from None

    def _write(self, request: Request) -> bool:
        """False if it took so long that a drain has closed the place; the void stays and nothing is lost."""
        try:
            self.log.write(request)
        except LostRaceError:
            # A number is given out once: what is there is a void, or this request from a repeated write.
            found = self.log.request(request.user_id, request.seq)
            return found is not None and found.status is not Status.VOID
        return True

    def _ring(self, user_id: str, seq: int) -> bool:
        """The request is accepted whether or not this works: the next enqueue or the sweeper rings again."""
        try:
            self.wake_ups.ring(user_id, seq, f"{user_id}-{seq}")
        except UnavailableError:
            tell("wake-up not sent", level=logging.WARNING, user=user_id, seq=seq)
            return False
        return True


def refusal(queue: Queue | None, session_id: str, now: Millis) -> Exception:
    """Why a number was refused."""
    if queue is None or queue.sessions.get(session_id, 0) <= now:
        return UnauthenticatedError("The session has ended. Sign in again.")
    return TooManyError(
        f"The queue is full: {queue.depth} requests are waiting.",
        retry_after=max(1, round(queue.average_ms / 1000)),
    )
