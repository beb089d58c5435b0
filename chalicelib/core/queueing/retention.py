"""How long requests are kept after their outcome."""

import re
from datetime import timedelta
from typing import Final

from chalicelib.core.time import Millis

KEPT_MS: Final[Millis] = 7 * 24 * 3600 * 1000  # of a request that does not say otherwise
# How much longer the first request of a batch is kept. Until the head is past it, it says that the rest of
# the batch was accepted. A worker may end it and crash, and just then the whole cloud may stand still.
FIRST_OF_BATCH_MS: Final[Millis] = 10 * 24 * 3600 * 1000
# Of the void under a number that was given up: no late writer lives that long.
VOID_MS: Final[Millis] = KEPT_MS + FIRST_OF_BATCH_MS
# Of a void that may be under the first number of a batch: it says that the rest was not accepted, also if the
# line is paused in between.
LEADING_VOID_MS: Final[Millis] = 400 * 24 * 3600 * 1000
SHORTEST: Final = timedelta(hours=1)
LONGEST: Final = timedelta(days=366)
FORM = re.compile(r"([0-9]{1,4})([hd])")


def milliseconds_of(type_: str, retention: timedelta | str) -> Millis:
    """As a handler's declaration says. Raises TypeError or ValueError, with the type of the handler.

    >>> milliseconds_of("echo", "2h"), milliseconds_of("echo", timedelta(days=1))
    (7200000, 86400000)
    """
    if isinstance(retention, str):
        found = FORM.fullmatch(retention)
        if not found:
            raise ValueError(f"{type_}: retention is {retention!r:.100}, but must be like '30d' or '12h'")
        number = int(found[1])
        retention = timedelta(days=number) if found[2] == "d" else timedelta(hours=number)
    if not isinstance(retention, timedelta):
        raise TypeError(f"{type_}: retention must be a timedelta or a text, not {retention!r:.100}")
    if not SHORTEST <= retention <= LONGEST:
        raise ValueError(f"{type_}: retention must be from an hour to 366 days")
    return retention // timedelta(milliseconds=1)


def expiry(now: Millis, kept_ms: Millis = KEPT_MS) -> Millis:
    """When what ends now may be forgotten; in whole seconds, as stores have it."""
    return -(-(now + kept_ms) // 1000) * 1000
