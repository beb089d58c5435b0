"""What a failed attempt leads to. Decisions are values; the caller acts on them."""

from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.core.request import Failure, Millis, Outcome, Request, Status

PERMANENT = frozenset({"permanent", "unknown_type", "invalid_payload"})


class HandlerError(Exception):
    """Raised by a handler: this attempt has failed. The message is shown to the user."""


class PermanentError(HandlerError):
    """Raised by a handler: no further attempt can succeed either."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How often a request is tried and how long it waits in between."""

    max_attempts: int = 3
    base_ms: int = 1_000  # the first wait is up to this long
    cap_ms: int = 60_000  # and none is longer than this


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again, not before this moment; the request stays at the head of the line."""

    not_before: Millis
    error: Failure


def after_failure(
    request: Request, failure: Failure, policy: Policy, now: Millis, fraction: Callable[[], float]
) -> Outcome | Retry:
    """What follows when attempt number `request.attempts` has failed. `fraction` draws from [0, 1).

    Exponential back-off with full jitter: a uniform draw from [0, min(cap, base * 2 ** (attempts - 1))]
    (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
    """
    if failure.kind in PERMANENT or request.attempts >= policy.max_attempts:
        return Outcome(Status.FAILED, error=failure)
    ceiling = min(policy.cap_ms, policy.base_ms * 2 ** (request.attempts - 1))
    return Retry(now + int(fraction() * ceiling), failure)
