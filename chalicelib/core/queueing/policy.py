"""What a failed attempt leads to. Decisions are values; the caller acts on them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from math import isfinite
from numbers import Real
from typing import Self

from chalicelib.core.queueing.request import LONGEST_DELAY_MS, Failure, Outcome, Request, Status
from chalicelib.core.queueing.steps import AfterFailure, Halt, Retry
from chalicelib.core.time import Millis

# How long a request waits for a worker whose code can take it, from the first one that could not, before its
# queue is held. A deployment, or its roll-back, does not change all functions at one moment.
PATIENCE_MS = 30_000
FIRST_LOOK_MS = 1_000  # until the second look; each further wait is as long as all before it together


class HandlerError(Exception):
    """Raised by a handler: this attempt has failed. The message is shown to the user.

    So is that of every class derived from it. Of any other exception the user sees only its type.
    """


class PermanentError(HandlerError):
    """Raised by a handler: no further attempt can succeed either."""


class ImpossibleDelayError(HandlerError, ValueError):
    """Raised by `RetryLaterError(…, after=…)` for a delay that makes no sense; this attempt has failed."""

    def __init__(self) -> None:
        days = timedelta(milliseconds=LONGEST_DELAY_MS).days
        super().__init__(
            f"The handler asked for an invalid delay: a delay is a number of seconds, at most {days} days."
        )


class RetryLaterError(HandlerError):
    """Raised by a handler that knows when to try again."""

    def __init__(self, message: str, after: float | Decimal | timedelta) -> None:
        """`after` is in seconds from now, or a timedelta; a moment that is over means at once.

        Raises ImpossibleDelayError if it is no finite number, or more than 366 days.
        """
        super().__init__(message)
        self.after = delay_ms(after) / 1000


def delay_ms(after: object) -> int:
    """A handler's `after` in whole milliseconds, never negative. Raises ImpossibleDelayError.

    >>> delay_ms(1.5), delay_ms(timedelta(minutes=2)), delay_ms(-3)
    (1500, 120000, 0)
    """
    seconds = after.total_seconds() if isinstance(after, timedelta) else after
    if not isinstance(seconds, Real | Decimal):
        raise ImpossibleDelayError
    try:
        ms = float(seconds) * 1000
    except (ValueError, OverflowError):
        raise ImpossibleDelayError from None
    if not isfinite(ms) or ms > LONGEST_DELAY_MS:
        raise ImpossibleDelayError
    return max(0, int(ms))


class SignalTimeoutError(PermanentError):
    """Raised by `wait_for`: the signal has not come in time. Later attempts get the same."""


class InvalidSignalError(PermanentError):
    """Raised by `wait_for`: the payload of the signal does not fit `type`, in later attempts too."""


class OnFailure(StrEnum):
    SKIP = "skip"  # the request is failed, the next one goes on
    HALT = "halt"  # the queue stops until somebody says retry or skip


@dataclass(frozen=True, slots=True)
class Policy:
    """How often a request is tried, how long it waits in between, and what follows when it has failed."""

    max_attempts: int = 3
    on_failure: OnFailure = OnFailure.SKIP
    base_ms: int = 1_000  # the first wait is up to this long
    cap_ms: int = 60_000  # and none is longer than this

    def for_request(self, request: Request) -> Self:
        """The handler's policy with what the caller asked for instead."""
        return replace(
            self,
            max_attempts=request.max_attempts or self.max_attempts,
            on_failure=OnFailure(request.on_failure or self.on_failure),
        )


def after_failure(
    request: Request, failure: Failure, policy: Policy, now: Millis, fraction: Callable[[], float]
) -> AfterFailure:
    """Decide what follows when the current attempt has failed. `fraction` draws from [0, 1).

    Exponential back-off with full jitter: a uniform draw from [0, min(cap, base * 2 ** (attempts - 1))]
    (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).

    >>> request = Request("ada", 1, "echo", "1", Status.RUNNING, enqueued_at=0, attempts=2)
    >>> after_failure(request, Failure("error", "It broke."), Policy(), 1_000, lambda: 0.5).not_before
    2000
    >>> after_failure(request, Failure("permanent", "It never works."), Policy(), 1_000, lambda: 0.5).status
    <Status.FAILED: 'failed'>
    """
    if not exhausted(replace(request, error=failure), policy):
        ceiling = min(policy.cap_ms, policy.base_ms * 2 ** (request.counted_attempts - 1))
        wait = int(fraction() * ceiling) if failure.retry_after_ms is None else failure.retry_after_ms
        return Retry(now + wait, failure)
    return Halt(failure) if policy.on_failure is OnFailure.HALT else Outcome(Status.FAILED, error=failure)


def next_look(unfit_since: Millis, now: Millis) -> Millis | None:
    """When to look again whether a worker's code can take the request; None if it has waited long enough.

    >>> next_look(0, 0), next_look(0, 8_000), next_look(0, 20_000), next_look(0, 30_000)
    (1000, 16000, 30000, None)
    """
    over = unfit_since + PATIENCE_MS
    return None if now >= over else min(over, now + max(FIRST_LOOK_MS, now - unfit_since))


def exhausted(request: Request, policy: Policy) -> bool:
    """Whether a request whose last attempt failed may not be tried again."""
    permanent = request.error is not None and request.error.kind == "permanent"
    return permanent or request.counted_attempts >= policy.max_attempts
