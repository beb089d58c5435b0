"""Which of several errors counts: a handler that does several things at once may raise a group of them.

`asyncio.TaskGroup` raises one as soon as one of its tasks fails, and puts even what ends an attempt into it.
"""

from collections.abc import Iterator
from math import inf

from chalicelib.adapters.runtime.time_limit import AttemptEndedError
from chalicelib.core.queueing.policy import (
    HandlerError,
    ImpossibleDelayError,
    PermanentError,
    RetryLaterError,
    delay_ms,
)
from chalicelib.core.queueing.stopped import Stopped


def decisive(error: BaseException) -> BaseException:
    """The error that decides what becomes of the attempt; the group, if it has none that says so.

    What ends the attempt from outside comes first, then `Stopped`, PermanentError, and the RetryLaterError
    with the longest delay.

    >>> decisive(ExceptionGroup("two", [ValueError(), ExceptionGroup("one", [PermanentError("Never.")])]))
    PermanentError('Never.')
    """
    found = list(leaves(error))
    for kind in (AttemptEndedError, Stopped, PermanentError):
        if first := next((leaf for leaf in found if isinstance(leaf, kind)), None):
            return first
    if later := [leaf for leaf in found if isinstance(leaf, RetryLaterError)]:
        return max(later, key=_delay_ms)
    return next((leaf for leaf in found if isinstance(leaf, HandlerError)), error)


def _delay_ms(error: RetryLaterError) -> float:
    """Infinite if the handler has changed it to one that is impossible: the author must learn of that."""
    try:
        return delay_ms(error.after)
    except ImpossibleDelayError:
        return inf


def leaves(error: BaseException) -> Iterator[BaseException]:
    """The errors in a group and in the groups within it, in their order; the error itself if it is none."""
    waiting = [error]
    while waiting:
        first = waiting.pop()
        if isinstance(first, BaseExceptionGroup) and not isinstance(first, HandlerError):
            waiting.extend(reversed(first.exceptions))
        else:
            yield first
