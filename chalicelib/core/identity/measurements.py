"""What administrators are shown of a deployment's metrics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple, Protocol

from chalicelib.core.time import Millis

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS


class Measure(StrEnum):
    """What is measured; its values are in the name's unit, or counts."""

    ACCEPTED = "accepted"
    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    RETRIED = "retried"
    TIMED_OUT = "timed_out"
    CRASHED = "crashed"
    WAIT_P50_MS = "wait_p50_ms"
    WAIT_P99_MS = "wait_p99_ms"
    RUN_P50_MS = "run_p50_ms"
    RUN_P99_MS = "run_p99_ms"
    OLDEST_AGE_SECONDS = "oldest_age_seconds"
    CLIENT_ERRORS = "client_errors"
    THROTTLED = "throttled"
    SERVER_ERRORS = "server_errors"
    ERRORS = "errors"


class Span(NamedTuple):
    """A time, in steps of equal length."""

    since: Millis
    until: Millis
    step_ms: Millis

    @classmethod
    def before(cls, now: Millis, length_ms: Millis, step_ms: Millis) -> "Span":
        """The last steps, with the one that is not over yet.

        >>> Span.before(130_000, 120_000, 60_000)
        Span(since=60000, until=180000, step_ms=60000)
        """
        until = (now // step_ms + 1) * step_ms
        return cls(until - length_ms, until, step_ms)

    @property
    def moments(self) -> Sequence[Millis]:
        """When each step begins."""
        return range(self.since, self.until, self.step_ms)


# About as many points as a chart has room for.
SPANS: Final[Mapping[str, tuple[Millis, Millis]]] = {
    "hour": (HOUR_MS, MINUTE_MS),
    "day": (24 * HOUR_MS, 15 * MINUTE_MS),
    "week": (7 * 24 * HOUR_MS, 2 * HOUR_MS),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """The values of each measure by step; None where nothing was measured."""

    span: Span
    values: Mapping[Measure, Sequence[float | None]]


class Measurements(Protocol):
    """The metrics of the deployment."""

    def read(self, span: Span) -> Measured:
        """Raises UnavailableError, and NotFoundError if the deployment writes no metrics."""
        ...
