"""Rates: of what users send, in some histories."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from chalicelib.core.queueing.user_limit import UserLimit
from chalicelib.core.rates import Bucket, Rate
from tests.simulation.history import Violation

if TYPE_CHECKING:
    from chalicelib.core.queueing.queue import Queue
    from chalicelib.core.queueing.queue_store import QueueStore

LIMITED = (5,)  # of eight histories, those with rates; all others are as they were
RATES = ("2/s", "20/min", "7/s")
BURSTS = (1, 3, 3, 6)
SENDING = ("enqueue", "batch", "keyed", "retry", "admin_retry")  # calls that may give out numbers


@dataclass(slots=True)
class Limits:
    """What users may send in this history, and what they have sent."""

    seed: int
    bucket: Bucket | None = None  # None: no limit
    _sent_us: dict[str, int] = field(default_factory=dict)  # by user: the tokens taken, in intervals
    _latest_us: dict[str, int] = field(default_factory=dict)  # by user: see `check`

    def __post_init__(self) -> None:
        rng = Random(f"rates of {self.seed}")
        if self.seed % 8 in LIMITED and rng.random() < 0.7:
            self.bucket = Bucket(Rate.parse(rng.choice(RATES)), rng.choice(BURSTS))

    def of(self, queues: QueueStore) -> UserLimit | None:
        return UserLimit(self.bucket, queues) if self.bucket else None

    def check(self, before: Queue, queue: Queue, actor: str) -> None:
        """No numbers but those that the rate allows, by the clocks of the callers. Raises Violation.

        From the first to the last of any numbers given out, the time must have been enough for all of them
        but a burst. (As a running maximum over all first ones.)
        """
        if self.bucket is None or queue.tail == before.tail or actor.partition("-")[0] not in SENDING:
            return
        user, now_us = queue.user_id, queue.tail_at * 1000
        sent_us = self._sent_us.get(user, 0)
        latest_us = max(self._latest_us.get(user, now_us - sent_us), now_us - sent_us)
        sent_us += (queue.tail - before.tail) * self.bucket.rate.interval_us
        if latest_us + sent_us > now_us + self.bucket.burst * self.bucket.rate.interval_us:
            raise Violation(f"{actor} was given numbers up to {queue.tail}, faster than {self.bucket.rate}")
        self._sent_us[user], self._latest_us[user] = sent_us, latest_us
