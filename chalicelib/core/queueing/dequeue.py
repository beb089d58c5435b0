"""Hand the user the next outcomes, in order, once."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.access import waiter
from chalicelib.core.queueing.opening import live_or_new
from chalicelib.core.queueing.pages import Extent, read_page
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.queue_store import QueueStore
from chalicelib.core.queueing.request import Request
from chalicelib.core.queueing.request_store import RequestStore
from chalicelib.core.queueing.waits import Waits
from chalicelib.core.time import Clock


def one() -> Extent:
    return Extent(1)


@dataclass(frozen=True, slots=True)
class Dequeue:
    """Hands each outcome to one caller, whether or not its answer arrives there."""

    queues: QueueStore
    requests: RequestStore
    clock: Clock
    waits: Waits
    new_token: Callable[[], str] = lambda: secrets.token_hex(4)

    def __call__[T](
        self,
        user_id: str,
        session_id: str,
        show: Callable[[Sequence[Request]], T],
        wait: float = 0,
        extent: Callable[[], Extent] = one,
    ) -> T | None:
        """What `show` makes of the next outcomes, or None if there is none within `wait` seconds.

        They are as many as `extent`, which is asked for each look, has room for: at least one; and they are
        taken by one write. `show` is called before `read` moves: what no answer can be made of is not lost.
        Requests are given without payloads. Raises UnauthenticatedError, and what `show` raises.
        """
        end, waits_as = self.clock.now() + wait * 1000, waiter(user_id, session_id)
        while True:
            left = (end - self.clock.now()) / 1000
            found = self.waits(waits_as, left, lambda: self._look(user_id, session_id, extent()))
            if found is None:
                return None
            queue, requests = found
            answer = show(requests)
            if self._move_read(queue, session_id, requests[-1].seq):
                return answer

    def _look(self, user_id: str, session_id: str, extent: Extent) -> tuple[Queue, Sequence[Request]] | None:
        """The first outcomes after `read`; voids and requests that have expired are stepped over."""
        queue = live_or_new(self.queues.get(user_id), user_id, session_id, self.clock.now())
        # Mostly it is the next number, and what is read is paid for.
        page = read_page(self.requests, user_id, queue.dequeued_up_to, queue.head, extent)
        return (queue, page.requests) if page.requests else None

    def _move_read(self, queue: Queue, session_id: str, seq: int) -> bool:
        """False if another client of this user was first, or the session has ended."""
        token = self.new_token()
        try:
            self.queues.move_read(queue, session_id, seq, token, self.clock.now())
        except LostRaceError:
            # If the first answer was lost and the write was repeated, this call has moved it.
            found = self.queues.get(queue.user_id)
            return found is not None and found.read_token == token
        return True
