"""How often something may happen, and the bucket of tokens that keeps callers to it.

The bucket is the generic cell rate algorithm (ITU-T Recommendation I.371, "virtual scheduling"): stored is a
single moment, the theoretical arrival time. It is the moment at which the bucket is full again; each token
that is taken moves it one interval ahead, and what would move it too far ahead is refused.
"""

import re
from collections.abc import Callable
from typing import NamedTuple, Protocol, Self

from chalicelib.core.errors import InvalidInputError, LostRaceError, TooManyError, UnavailableError
from chalicelib.core.time import Millis

FORM = re.compile(r"[1-9][0-9]{0,2}/s|[1-9][0-9]{0,3}/min|[1-9][0-9]{0,5}/h")
UNITS = {"s": 1_000_000, "min": 60_000_000, "h": 3_600_000_000}
MOST_KNOWN = 1_000  # buckets that a process remembers
MAX_TRIES = 5  # how often a call may find another bucket than it has just read
CONTENDED = "Too many calls at the same moment. Nothing was accepted; try again."

type Micros = int
"""Microseconds since 1970, UTC: a rate of 600/s has intervals that are no whole milliseconds."""


class Rate(NamedTuple):
    """So many in a second, a minute or an hour.

    >>> Rate.parse("5/s").interval_us, Rate.parse("600/min").interval_us, str(Rate.parse("10/h"))
    (200000, 100000, '10/h')
    """

    text: str
    interval_us: Micros  # between two, rounded up: never faster than said

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError with a sentence."""
        if not isinstance(text, str) or not FORM.fullmatch(text):
            raise ValueError(
                f"{text!r} is no rate: a rate is a whole number per s, min or h, such as 10/s, 600/min or "
                "30/h, and at most 999/s, 9999/min or 999999/h"
            )
        count, _, unit = text.partition("/")
        return cls(text, -(-UNITS[unit] // int(count)))

    def __str__(self) -> str:
        return self.text

    @property
    def interval_ms(self) -> int:
        """Rounded up."""
        return -(-self.interval_us // 1000)


class Withdrawal(NamedTuple):
    """One conditional write that takes tokens out of a bucket.

    It has two forms, because the next arrival is max(arrival, now) + cost, and stores have no max(): of a
    bucket that is full (the arrival is over, or missing), and of one that is not. If the form is the wrong
    one, the write is refused and changes nothing.
    """

    cost: Micros
    now: Micros
    latest: Micros  # the latest arrival with which the tokens are there
    of_full: bool

    def finds(self, arrival: Micros | None) -> bool:
        """The condition of the write."""
        if self.of_full:
            return arrival is None or arrival <= self.now
        return arrival is not None and self.now < arrival <= self.latest

    def leaves(self, arrival: Micros | None) -> Micros:
        """The arrival after the write."""
        return (self.now if self.of_full else arrival or 0) + self.cost


class Bucket(NamedTuple):
    """Tokens that come back at a rate, up to `burst` of them."""

    rate: Rate
    burst: int

    def withdrawal(self, count: int, now: Millis, arrival: Micros | None) -> Withdrawal:
        """`arrival`: as it is thought to be stored, which decides the form."""
        cost, now_us = count * self.rate.interval_us, now * 1000
        latest = now_us + self.burst * self.rate.interval_us - cost
        return Withdrawal(cost, now_us, latest, arrival is None or arrival <= now_us)

    def require_fits(self, count: int) -> None:
        """Raises InvalidInputError for more tokens than the bucket ever has."""
        if count > self.burst:
            raise InvalidInputError(
                f"{count} requests at once are more than the rate ever allows: {self.burst}. Send fewer.",
                code="batch_exceeds_burst",
            )

    def require(self, count: int, now: Millis, arrival: Micros | None) -> None:
        """Raises TooManyError if the tokens are not there yet; they are when its seconds are over."""
        short_us = (arrival or 0) - self.withdrawal(count, now, arrival).latest
        if short_us > 0:
            raise TooManyError(
                f"More requests than {self.rate}, after {self.burst} at once, are not accepted. "
                "Nothing was accepted.",
                retry_after=-(-short_us // 1_000_000),
                code="rate_limited",
            )


class HasBucket(Protocol):
    """A stored item with a bucket."""

    @property
    def arrival(self) -> Micros | None: ...


class Buckets:
    """One process's view of many buckets: the arrivals that it has seen last, by whose they are.

    They decide the form of the next withdrawal, and nothing else: a wrong one costs a refused write.
    """

    def __init__(self) -> None:
        self._seen: dict[str, Micros] = {}

    def withdraw[T: HasBucket](
        self,
        whose: str,
        bucket: Bucket,
        count: int,
        now: Millis,
        *,
        write: Callable[[Withdrawal], T],
        read: Callable[[], HasBucket],
    ) -> T:
        """Take `count` tokens with `write`, and return what that returns.

        `read` is called when a write was refused; it raises if that was not because of the bucket. Raises
        TooManyError if the tokens are not there, InvalidInputError if they never are, and UnavailableError.
        """
        bucket.require_fits(count)
        for _ in range(MAX_TRIES):
            try:
                written = write(bucket.withdrawal(count, now, self._seen.get(whose)))
            except LostRaceError:
                arrival = read().arrival
                self._note(whose, arrival)
                bucket.require(count, now, arrival)
            else:
                self._note(whose, written.arrival)
                return written
        raise UnavailableError(CONTENDED)

    def _note(self, whose: str, arrival: Micros | None) -> None:
        if len(self._seen) >= MOST_KNOWN:
            self._seen.clear()
        self._seen[whose] = arrival or 0
