"""What one call of a receiver comes to: the cursor as it is written after it. Decisions without any I/O."""

import math
from collections.abc import Callable
from http import HTTPStatus
from typing import Final, NamedTuple
from zlib import crc32

from chalicelib.core.queueing.callback_cursor import CallbackCursor
from chalicelib.core.queueing.request import Request
from chalicelib.core.time import Millis

FIRST_WAIT_MS: Final = 5_000
LONGEST_WAIT_MS: Final = 15 * 60_000
GIVE_UP_MS: Final = 24 * 3_600_000
# The wake-up is the timer of a shorter wait; for a longer one the sweeper sends a new one.
LONGEST_TIMED_MS: Final = 90_000


class Answer(NamedTuple):
    """What came of one call."""

    status: int  # of HTTP; 0: there was no answer
    reason: str = ""  # of a failure, for whoever reads the log

    @property
    def is_success(self) -> bool:
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


def receiver_of(url: str) -> int:
    """Tells receivers apart: scheme, host and port of the URL, as a number that takes little room.

    >>> receiver_of("https://a.example/one") == receiver_of("https://a.example/two")
    True
    """
    return crc32("/".join(url.split("/", 3)[:3]).encode())


def host_of(url: str) -> str:
    """Host and port as the URL has them, for the log: a path may hold what is nobody else's business.

    >>> host_of("https://a.example:8443/token/5f")
    'a.example:8443'
    """
    return url.partition("://")[2].partition("/")[0].partition("?")[0]


def longest_wait(tries: int) -> Millis:
    """How long the wait is at most after so many failed calls in a row.

    >>> [longest_wait(tries) // 1000 for tries in (1, 2, 5, 20)]
    [5, 10, 80, 900]
    """
    return min(LONGEST_WAIT_MS, FIRST_WAIT_MS << min(tries - 1, 10))


def after_success(cursor: CallbackCursor, url: str, now: Millis) -> CallbackCursor:
    """The cursor for the next callback: it is due at once."""
    recovered = cursor.failing_host == receiver_of(url)
    since = None if recovered else cursor.failing_since
    return _next(cursor, now, since, 0 if recovered else cursor.failing_host)


def after_failure(
    cursor: CallbackCursor, url: str, answer: Answer, now: Millis, fraction: Callable[[], float]
) -> CallbackCursor:
    """The cursor with one more failed call; the next one follows between half the longest wait and all of it.

    `fraction` draws from [0, 1).
    """
    host, tries = receiver_of(url), cursor.tries + 1
    goes_on = cursor.failing_since is not None and cursor.failing_host == host
    wait = longest_wait(tries) * (1 + fraction()) / 2
    return cursor._replace(
        tries=tries,
        next_at=_whole(now + wait),
        failing_since=cursor.failing_since if goes_on else _whole(now),
        failing_host=host,
        status=answer.status,
    )


def is_given_up(
    failed: CallbackCursor, outcome: Request, answer: Answer, now: Millis, give_up_ms: Millis = GIVE_UP_MS
) -> bool:
    """Whether the outcome, whose call has failed just now, is given up.

    If the receiver says that it is gone; or if all calls to it have failed for that long, and the outcome is
    as old. So what has piled up behind a dead receiver is given up with one call each, and not a day each.
    """
    oldest = now - give_up_ms
    has_failed = failed.failing_since is not None and failed.failing_since <= oldest
    return answer.status == HTTPStatus.GONE or (has_failed and (outcome.finished_at or 0) <= oldest)


def after_giving_up(failed: CallbackCursor, now: Millis) -> CallbackCursor:
    """The cursor for the next callback. What is known of the receiver is kept."""
    return _next(failed, now, failed.failing_since, failed.failing_host)


def replayed(cursor: CallbackCursor, first: int, now: Millis) -> CallbackCursor:
    """The cursor, back at `first` if it is further: all from there on are due, as if nothing had failed."""
    back = first if cursor.first is None else min(first, cursor.first)
    return _next(cursor, now, None, 0)._replace(first=back, replayed=True)


def _next(cursor: CallbackCursor, now: Millis, since: Millis | None, host: int) -> CallbackCursor:
    return cursor._replace(tries=0, next_at=_floor(now), failing_since=since, failing_host=host, status=0)


def _whole(moment: float) -> Millis:
    return math.ceil(moment / 1000) * 1000


def _floor(moment: Millis) -> Millis:
    return moment // 1000 * 1000
