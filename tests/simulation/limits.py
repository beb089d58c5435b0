"""Rates: of what users and services send, and of what handlers carry out, in some histories."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from chalicelib.core.identity.service_limit import ServiceLimit
from chalicelib.core.identity.services import Service
from chalicelib.core.queueing.access import needs_session
from chalicelib.core.queueing.user_limit import UserLimit
from chalicelib.core.rates import Bucket, Rate
from tests.fakes.accounts import FakeServices
from tests.simulation.history import Violation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chalicelib.core.queueing.queue import Queue
    from chalicelib.core.queueing.queue_store import QueueStore
    from chalicelib.core.queueing.request import Request
    from chalicelib.core.rates import Micros, Withdrawal
    from chalicelib.core.time import Clock, Millis

LIMITED = (5,)  # of eight histories, those with rates; all others are as they were
RATES = ("2/s", "20/min", "7/s")
BURSTS = (1, 3, 3, 6)
PACES = ("5/s", "5/s", "1/s", "20/min", "2/min")  # of handlers
SELDOM = "30/h"  # too seldom for a timer: the sweeper sends the wake-up
PACED = ("skip", "book", "halt")  # types whose handlers may have a rate
SENDING = ("enqueue", "batch", "keyed", "retry", "admin_retry")  # calls that may give out numbers


@dataclass(slots=True)
class Taken:
    """The tokens that were taken out of some buckets."""

    _cost_us: dict[str, int] = field(default_factory=dict)  # of all of them, by whose they were
    _latest_us: dict[str, int] = field(default_factory=dict)  # see `check`

    def check(self, whose: str, count: int, now_us: Micros, bucket: Bucket) -> None:
        """No more than the rate allows, by the clocks of the callers. Raises Violation.

        From the first to the last of any tokens, the time must have been enough for all of them but a burst.
        (As a running maximum over all first ones.)
        """
        cost_us = self._cost_us.get(whose, 0)
        latest_us = max(self._latest_us.get(whose, now_us - cost_us), now_us - cost_us)
        cost_us += count * bucket.rate.interval_us
        if latest_us + cost_us > now_us + bucket.burst * bucket.rate.interval_us:
            raise Violation(f"{whose} was allowed {count}, faster than {bucket.rate} after {bucket.burst}")
        self._cost_us[whose], self._latest_us[whose] = cost_us, latest_us


class CheckedServices(FakeServices):
    """Keys with buckets, out of which nothing is taken that they do not hold."""

    def __init__(self, bucket: Bucket) -> None:
        super().__init__()
        self._bucket = bucket
        self._taken = Taken()

    def get(self, key_id: str) -> Service | None:
        """All keys are there."""
        if key_id not in self.services:
            self.add(Service(key_id, key_id, "hash", frozenset(), 0, "root", bucket=self._bucket))
        return super().get(key_id)

    def withdraw(self, key_id: str, withdrawal: Withdrawal) -> Service:
        self.get(key_id)
        service = super().withdraw(key_id, withdrawal)
        count = withdrawal.cost // self._bucket.rate.interval_us
        self._taken.check(key_id, count, withdrawal.now, self._bucket)
        return service


@dataclass(slots=True)
class Limits:
    """What users and services may send in this history, and what users have sent."""

    seed: int
    bucket: Bucket | None = None  # of each user; None: no limit
    service_bucket: Bucket | None = None  # of each key; None: no limit
    charge_key: ServiceLimit | None = None
    pace: Mapping[str, Rate] = field(default_factory=dict)  # of handlers, by type
    _taken: Taken = field(default_factory=Taken)
    _began: dict[tuple[str, str], Millis] = field(default_factory=dict)  # the last attempt, by user and type

    def __post_init__(self) -> None:
        rng = Random(f"rates of {self.seed}")
        if self.seed % 8 not in LIMITED:
            return
        if rng.random() < 0.6:
            self.bucket = _draw(rng)
        if rng.random() < 0.6:
            self.service_bucket = _draw(rng)
        if rng.random() < 0.7:
            self.pace = {type_: Rate.parse(rng.choice(PACES)) for type_ in rng.sample(PACED, 2)}

    @property
    def is_seldom(self) -> bool:
        return any(str(rate) == SELDOM for rate in self.pace.values())

    def be_seldom(self) -> None:
        """Only where there is a sweeper."""
        if self.pace and Random(f"seldom in {self.seed}").random() < 0.2:
            self.pace = dict.fromkeys(self.pace, Rate.parse(SELDOM))

    def serve(self, remote: Callable[[object], Any], clock: Clock) -> None:
        """`remote`: lets a store be called over the network."""
        if self.service_bucket:
            self.charge_key = ServiceLimit(remote(CheckedServices(self.service_bucket)), clock)

    def charge(self, session_id: str, count: int) -> None:
        """As the API does before it enqueues."""
        if self.charge_key and self.service_bucket and not needs_session(session_id):
            self.charge_key(session_id, self.service_bucket, count)

    def of(self, queues: QueueStore) -> UserLimit | None:
        return UserLimit(self.bucket, queues) if self.bucket else None

    def check(self, before: Queue, queue: Queue, actor: str) -> None:
        """No numbers were given out but those that the rate allows. Raises Violation."""
        count = queue.tail - before.tail
        if self.bucket and count and actor.partition("-")[0] in SENDING:
            self._taken.check(queue.user_id, count, queue.tail_at * 1000, self.bucket)

    def check_pace(self, before: Request | None, request: Request) -> None:
        """No attempt begins sooner after the last one than the rate of its type says. Raises Violation."""
        if request.type not in self.pace or request.attempts == (before.attempts if before else 0):
            return
        whose, began = (request.user_id, request.type), request.started_at or 0
        gap = began - self._began.get(whose, 0)
        if gap < self.pace[request.type].interval_ms:
            raise Violation(
                f"{request.seq} was begun {gap} ms after the one before it of type {request.type}"
            )
        self._began[whose] = began


def _draw(rng: Random) -> Bucket:
    return Bucket(Rate.parse(rng.choice(RATES)), rng.choice(BURSTS))
