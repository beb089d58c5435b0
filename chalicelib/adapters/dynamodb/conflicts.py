"""Writes of one item that meet a transaction which is at the same item."""

from collections.abc import Callable

from chalicelib.adapters.dynamodb.errors import is_conflict, translated
from chalicelib.adapters.dynamodb.pauses import pause
from chalicelib.core.errors import UnavailableError

PAUSES_S = (0.02, 0.04, 0.08)  # at most, before further tries: a transaction takes some milliseconds


def past_conflicts[T](write: Callable[[], T]) -> T:
    """What the write returns, which is made again if only a transaction was in the way.

    Raises LostRaceError, UnavailableError.
    """
    for longest_s in (*PAUSES_S, None):
        try:
            with translated():
                return write()
        except UnavailableError as error:
            if longest_s is None or not is_conflict(error):
                raise
            pause(longest_s)
    raise AssertionError("the last try has returned or raised")
