"""One run of the sweeper: how its time is divided, and what it has found for its later parts."""

from dataclasses import dataclass, field
from enum import Enum
from math import ceil

from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.queue_store import Part
from chalicelib.core.queueing.sweep_counts import SweepCounts
from chalicelib.core.time import Millis

# In the detail of an event that starts a sweep: SQS has lost its messages; which part is swept, of how many.
WAKE_UPS_LOST, PART, OF = "wake_ups_lost", "part", "of"


class Share(float, Enum):
    """How much of a sweep's time is over, at most, when each part of it begins nothing more.

    So each has some time, also if those before it use theirs up; what they do not need is added.
    """

    RESCUE = 0.6
    ENTRIES = 0.75
    SESSIONS = 0.8
    DRAINED = 0.85
    REMOVAL = 0.9
    PAYLOADS = 1.0


@dataclass(frozen=True, slots=True)
class SweepRun:
    """Is made when a sweep begins."""

    started: Millis
    allowed_ms: Millis
    part: Part  # of the users
    wake_ups_lost: bool
    counts: SweepCounts = field(default_factory=SweepCounts)
    idle: list[Queue] = field(default_factory=list)  # drained
    leaving: list[Queue] = field(default_factory=list)  # to be removed
    old: list[Queue] = field(default_factory=list)  # with payloads that may have to be kept

    def until(self, share: Share) -> Millis:
        """When this part begins nothing more."""
        return self.started + ceil(self.allowed_ms * share.value)

    def note_without_work(self, queue: Queue) -> None:
        (self.idle if queue.deleted_at is None else self.leaving).append(queue)

    @property
    def due_by(self) -> Millis | None:
        """Up to which moment of their looks queues are due; None: all with work are."""
        return None if self.wake_ups_lost else self.started

    @property
    def end(self) -> Millis:
        return self.started + self.allowed_ms
