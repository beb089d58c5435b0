"""How many requests one user may send in a time: a bucket of tokens in the user's queue item.

The write that gives out numbers also takes the tokens. What is refused changes nothing: no number is lost.
Follow-ups of handlers, and entries that enter the line, take none: they were accepted before, by the call
that has sent or scheduled them, and what was accepted is never refused.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from chalicelib.core.errors import LostRaceError, UnavailableError
from chalicelib.core.queueing.access import denied, needs_session
from chalicelib.core.queueing.queue import Queue, State
from chalicelib.core.queueing.queue_store import QueueStore
from chalicelib.core.rates import Arrivals, Bucket, Withdrawal
from chalicelib.core.time import Millis

MAX_TRIES = 5  # how often a call finds another bucket than it has just read
CONTENDED = "Too many calls of this user at the same moment. Nothing was accepted; try again."


@dataclass(frozen=True, slots=True)
class UserLimit:
    """Takes tokens out of the buckets of users. All methods raise UnavailableError.

    A process remembers the buckets that it has seen, so that almost all writes have the right form at once.
    """

    bucket: Bucket
    queues: QueueStore
    arrivals: Arrivals = field(default_factory=Arrivals)

    def take_numbers(self, user_id: str, session_id: str, count: int, now: Millis) -> Queue:
        """As `QueueStore.take_numbers`, with as many tokens.

        Raises TooManyError without enough tokens, InvalidInputError if there can never be enough, and
        LostRaceError if another condition does not hold.
        """

        def take(withdrawal: Withdrawal) -> Queue:
            return self.queues.take_numbers(user_id, session_id, count, now, withdrawal)

        def gives(queue: Queue | None) -> bool:
            if queue is None or not queue.is_live(session_id, now) or queue.room < count:
                return False
            return needs_session(session_id) or queue.state is not State.CLOSED

        return self._withdraw(take, gives, user_id, count, now)

    def pay_for_entry(self, user_id: str, session_id: str, now: Millis) -> None:
        """Take one token for what is scheduled. A name that has no queue yet has no bucket.

        Raises TooManyError, UnauthenticatedError, and to a service ForbiddenError.
        """

        def pay(withdrawal: Withdrawal) -> Queue:
            return self.queues.withdraw(user_id, session_id, now, withdrawal)

        def pays(queue: Queue | None) -> bool:
            return queue is not None and queue.is_live(session_id, now)

        try:
            self._withdraw(pay, pays, user_id, 1, now)
        except LostRaceError:
            if self.queues.get(user_id) is not None:
                raise denied(session_id, has_queue=True) from None

    def _withdraw(
        self,
        write: Callable[[Withdrawal], Queue],
        may_write: Callable[[Queue | None], bool],
        user_id: str,
        count: int,
        now: Millis,
    ) -> Queue:
        self.bucket.require_fits(count)
        for _ in range(MAX_TRIES):
            withdrawal = self.bucket.withdrawal(count, now, self.arrivals.get(user_id))
            try:
                queue = write(withdrawal)
            except LostRaceError:
                found = self.queues.get(user_id)
                if found is None or not may_write(found):
                    raise
                self.arrivals.note(user_id, found.arrival)
                self.bucket.require(count, now, found.arrival)
            else:
                self.arrivals.note(user_id, queue.arrival)
                return queue
        raise UnavailableError(CONTENDED)
