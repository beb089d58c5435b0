"""What a sweep has seen, for the operator: its log line, and the metrics that are made of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from chalicelib.core.queueing.queue import Queue, State
from chalicelib.core.queueing.queue_store import Incomplete
from chalicelib.core.queueing.request import Request
from chalicelib.core.time import Millis

ALWAYS_KNOWN = {"not_looked_at", "took_seconds"}


@dataclass(slots=True)
class SweepCounts:
    """Counts of the queues at which a sweep has looked, which are those that were due.

    A queue that moves is not among them; one that is halted is, every 10 to 30 minutes.
    """

    queues: int = 0  # with work
    waiting: int = 0  # requests in them without an outcome
    stale: int = 0  # of them: had to be woken, for nobody came
    halted: int = 0
    held: int = 0
    oldest_seconds: float = 0.0  # for how long the first request of a stale queue should have begun, at most
    # For how long a callback that is owed should have been called, at most; None: the deployment has none.
    oldest_callback_seconds: float | None = None
    # Queues that were due: there was no time left, they could not be read, or something went wrong. Queues in
    # a shard of the index that could not be read count as one: nobody knows their number.
    not_looked_at: int = 0
    took_seconds: float = 0.0
    any_read: bool = False  # whether the requests of any queue could be read

    def fields(self) -> Mapping[str, Any]:
        """Of the event `queues swept`, without what is not known.

        If something could not be looked at and the requests of no queue were read, a count of nothing is not
        known to be right: to say that the oldest request is 0 seconds late would be to say that all is well.
        """
        counted = {name: value for name, value in asdict(self).items() if value is not None}
        del counted["any_read"]
        if self.any_read or not self.not_looked_at:
            return counted
        return {name: value for name, value in counted.items() if value or name in ALWAYS_KNOWN}

    def found(self, user_ids: Sequence[str]) -> None:
        """Note how many queues are due."""
        self.not_looked_at = len(user_ids) + (user_ids.unread if isinstance(user_ids, Incomplete) else 0)

    def looked(self, went_well: Iterable[bool]) -> None:
        """Note that a queue that is due was looked at, and whether each look has gone well."""
        self.not_looked_at -= all(went_well)

    def saw(self, queue: Queue) -> None:
        """Count a queue with work."""
        self.queues += 1
        self.waiting += queue.depth
        self.halted += queue.state is State.HALTED
        self.held += queue.state is State.HELD

    def woke(self, queue: Queue, head: Request | None, now: Millis) -> None:
        """Count a queue that stood still. `head`: its next request; None if that is missing."""
        self.stale += 1
        due = max(queue.due(head), head.enqueued_at) if head else queue.tail_at
        self.oldest_seconds = max(self.oldest_seconds, (now - due) / 1000)

    def owes_callbacks(self, overdue_ms: Millis) -> None:
        """Note for how long the next callback of a queue should have been called."""
        self.oldest_callback_seconds = max(self.oldest_callback_seconds or 0.0, overdue_ms / 1000)
