"""What a sweep has seen, for the operator: its log line, and the metrics that are made of it."""

from dataclasses import dataclass

from chalicelib.core.queueing.queue import Queue, State
from chalicelib.core.queueing.request import Request
from chalicelib.core.time import Millis


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
    not_looked_at: int = 0  # queues that were due: there was no time left, or they could not be read
    took_seconds: float = 0.0

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
