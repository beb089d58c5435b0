"""What a drain has done since the head was last written."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

from chalicelib.core.queueing.callback_cursor import Owed
from chalicelib.core.queueing.lane import QUICK_MS
from chalicelib.core.queueing.queue import UNPACED, Queue
from chalicelib.core.queueing.request import NO_COUNTS, Request, Status
from chalicelib.core.time import Millis

WEIGHT = 0.2  # of the newest running time in the average
SLOW_CLOCK_MS = 2_000  # more than any worker's clock is behind another one's


@dataclass(frozen=True, slots=True)
class Progress:
    """The head that a drain has reached, and what the next write of the queue has to count."""

    head: int
    average_ms: float
    since: Millis  # when the head was last written
    counts: Mapping[Status, int] = NO_COUNTS
    owed: Owed | None = None  # callbacks of what was stepped over
    paced: Mapping[str, Millis] = UNPACED  # see `Queue.paced`

    @classmethod
    def none(cls, queue: Queue, now: Millis) -> Self:
        return cls(queue.head, queue.average_ms, now, paced=queue.paced)

    def past(self, request: Request, took_ms: int | None = None) -> Self:
        """With `request`, the next one in line, stepped over. Voids count as nothing.

        Running times are those of successes: a failure may have been settled long after it ran. A failed
        attempt that was made just now and took long, `took_ms`, counts too: it kept its worker as busy.
        """
        counts, average = dict(self.counts), self.average_ms
        if request.status in counts:
            counts[request.status] += 1
        if request.status is Status.SUCCEEDED:
            average = _average(average, (request.finished_at or 0) - (request.started_at or 0))
        elif request.status is Status.FAILED and (took_ms or 0) > QUICK_MS:
            average = _average(average, took_ms or 0)
        owed = self.owed
        if request.owes_callback:
            owed = Owed(owed.first if owed else request.seq, request.seq)
        return replace(
            self,
            head=request.seq,
            counts=counts,
            average_ms=average,
            owed=owed,
            paced=self._paced_by(request),
        )

    def _paced_by(self, request: Request) -> Mapping[str, Millis]:
        if request.paced_until is None:
            return self.paced
        latest = max(request.paced_until, self.paced.get(request.type, 0))
        return {**self.paced, request.type: latest}

    def paced_at(self, now: Millis) -> Mapping[str, Millis]:
        """Without what is over, for all workers: the item stays small."""
        return {type_: until for type_, until in self.paced.items() if until > now - SLOW_CLOCK_MS}


def _average(before: float, took_ms: int) -> float:
    return took_ms if before == 0 else before + WEIGHT * (took_ms - before)
