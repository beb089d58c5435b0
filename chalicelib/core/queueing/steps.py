"""What can follow a look at the next number of a queue. Decisions are values: the drain carries them out.

Most are named tuples: a cold start makes four of them in the time of one dataclass. (An empty one would be
false.)
"""

from dataclasses import dataclass
from typing import NamedTuple

from chalicelib.core.queueing.request import Failure, Outcome, Request
from chalicelib.core.time import Millis


class Passed(NamedTuple):
    """The request has an outcome or is a void: the head moves past it."""

    request: Request


class Retry(NamedTuple):
    """The attempt has failed and another one follows. The request stays next in line."""

    not_before: Millis
    error: Failure


class Wait(NamedTuple):
    """The next request must not begin before `until`. The wake-up is the timer: it must come back then."""

    until: Millis
    for_signal: bool = False  # which sends a wake-up; one that is the timer would keep that from workers
    for_rate: bool = False  # nothing has been written since the request was read


class Halt(NamedTuple):
    """The request has failed for good and its policy stops the queue. The request stays next in line."""

    error: Failure


class Unfit(NamedTuple):
    """No worker that looked for a while has had code that can take the request: the queue is held."""

    error: Failure


@dataclass(frozen=True, slots=True)
class LookAgain:
    """The drain looks at the next number."""


@dataclass(frozen=True, slots=True)
class Done:
    """The wake-up has served its purpose and can be deleted."""


type Step = Passed | Retry | Wait | Halt | Unfit | LookAgain | Done

type AfterFailure = Outcome | Retry | Halt
"""What a policy decides about a failed attempt; an outcome is final."""

type AfterAttempt = Passed | Wait | Halt | Unfit
"""What an attempt leaves behind: a retry has become the wait for it."""

type Ending = Done | Wait
"""How a drain ends."""
