"""What can follow a look at the next number of a queue. Decisions are values: the drain carries them out."""

from dataclasses import dataclass

from chalicelib.core.queueing.request import Failure, Outcome, Request
from chalicelib.core.time import Millis


@dataclass(frozen=True, slots=True)
class Passed:
    """The request has an outcome or is a void: the head moves past it."""

    request: Request


@dataclass(frozen=True, slots=True)
class Retry:
    """The attempt has failed and another one follows. The request stays next in line."""

    not_before: Millis
    error: Failure
    unfit_since: Millis | None = None  # since when no code can take it; if given, the try does not count


@dataclass(frozen=True, slots=True)
class Wait:
    """The next request must not begin before `until`. The wake-up is the timer: it must come back then."""

    until: Millis


@dataclass(frozen=True, slots=True)
class Halt:
    """The request has failed for good and its policy stops the queue. The request stays next in line."""

    error: Failure


@dataclass(frozen=True, slots=True)
class LookAgain:
    """The drain looks at the next number."""


@dataclass(frozen=True, slots=True)
class Done:
    """The wake-up has served its purpose and can be deleted."""


type Step = Passed | Retry | Wait | Halt | LookAgain | Done

type AfterFailure = Outcome | Retry | Halt
"""What a policy decides about a failed attempt; an outcome is final."""

type AfterAttempt = Passed | Wait | Halt
"""What an attempt leaves behind: a retry has become the wait for it."""

type Ending = Done | Wait
"""How a drain ends."""
