"""How many requests one user may send in a time: a bucket of tokens in the user's queue item.

The write that gives out numbers also takes the tokens. What is refused changes nothing: no number is lost.
Follow-ups of handlers, and entries that enter the line, take none: they were accepted before, by the call
that has sent or scheduled them, and what was accepted is never refused.
"""

from contextlib import suppress
from dataclasses import dataclass, field

from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.access import denied, needs_session
from chalicelib.core.queueing.names import is_account_id
from chalicelib.core.queueing.queue import Queue, State
from chalicelib.core.queueing.queue_store import QueueStore
from chalicelib.core.rates import Bucket, Buckets, Withdrawal
from chalicelib.core.time import Millis


@dataclass(frozen=True, slots=True)
class UserLimit:
    """Takes tokens out of the buckets of users. All methods raise UnavailableError."""

    bucket: Bucket
    queues: QueueStore
    buckets: Buckets = field(default_factory=Buckets)

    def take_numbers(self, user_id: str, session_id: str, count: int, now: Millis) -> Queue:
        """As `QueueStore.take_numbers`, with as many tokens.

        Raises TooManyError without enough tokens, InvalidInputError if there can never be enough, and
        LostRaceError if another condition does not hold.
        """

        def take(withdrawal: Withdrawal) -> Queue:
            return self.queues.take_numbers(user_id, session_id, count, now, withdrawal)

        def read() -> Queue:
            queue = self._read(user_id, session_id, now)
            closed = queue.state is State.CLOSED and not needs_session(session_id)
            if closed or queue.room < count:
                raise LostRaceError
            return queue

        return self.buckets.withdraw(user_id, self.bucket, count, now, write=take, read=read)

    def pay_for_entry(self, user_id: str, session_id: str, now: Millis) -> None:
        """Take one token for what is scheduled. A name that has no queue yet gets one, which has the bucket.

        Raises TooManyError, UnauthenticatedError, and to a service NotFoundError, ForbiddenError.
        """

        def pay(withdrawal: Withdrawal) -> Queue:
            return self.queues.withdraw(user_id, session_id, now, withdrawal)

        def read() -> Queue:
            if self.queues.get(user_id) is None and not (needs_session(session_id) or is_account_id(user_id)):
                with suppress(LostRaceError):  # another call has opened it
                    self.queues.open_for_service(user_id, now)
            return self._read(user_id, session_id, now)

        try:
            self.buckets.withdraw(user_id, self.bucket, 1, now, write=pay, read=read)
        except LostRaceError:
            raise denied(session_id, has_queue=self.queues.get(user_id) is not None) from None

    def _read(self, user_id: str, session_id: str, now: Millis) -> Queue:
        """Raises LostRaceError if the call may not use the queue."""
        queue = self.queues.get(user_id)
        if queue is None or not queue.is_live(session_id, now):
            raise LostRaceError
        return queue
