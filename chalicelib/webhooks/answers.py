"""What an answer means for the request: its result, another attempt, or the end."""

import codecs
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from chalicelib.core.queueing.policy import HandlerError, PermanentError, RetryLaterError
from chalicelib.webhooks.delivery import Receipt
from chalicelib.webhooks.transport import Answer

# The receiver may answer differently next time. Every other 4xx says that the delivery itself is wrong.
TRANSIENT = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
RECORDED = ("Content-Type", "Date", "ETag", "Location", "X-Request-Id")
HEADER_LIMIT = 512  # characters of each that are recorded
EXCERPT = 300  # characters of the body that an error shows
MIN_RETRY_AFTER_S, MAX_RETRY_AFTER_S = 1.0, 3600.0


def to_receipt(answer: Answer, now: float) -> Receipt:
    """What is recorded of a success. `now` is in seconds since 1970.

    Raises PermanentError if the delivery would be refused again, otherwise RetryLaterError if the receiver
    says when to try again, and HandlerError if it does not.
    """
    if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        found = {name: answer.headers[name][:HEADER_LIMIT] for name in RECORDED if name in answer.headers}
        return Receipt(answer.status, found, _text(answer), answer.truncated)
    message = f"The receiver answered {_phrase(answer.status)}.{_excerpt(answer)}"
    if HTTPStatus.MULTIPLE_CHOICES <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR and (
        answer.status not in TRANSIENT
    ):
        raise PermanentError(message)
    if (after := retry_after(answer.headers, now)) is not None:
        raise RetryLaterError(message, after)
    raise HandlerError(message)


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """The seconds that the receiver asks to wait, within bounds; None if it does not, or unreadably.

    `now` is in seconds since 1970.
    """
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        seconds = float(text)
    else:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, OverflowError):
            return None
        seconds = moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() - now
    return min(max(seconds, MIN_RETRY_AFTER_S), MAX_RETRY_AFTER_S)


def _text(answer: Answer) -> str | None:
    """The body, if it is UTF-8. If it was cut in the middle of a character, that character is left out."""
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(answer.body, final=not answer.truncated)
    except UnicodeDecodeError:
        return None


def _phrase(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _excerpt(answer: Answer) -> str:
    text = "".join(filter(str.isprintable, _text(answer) or ""))
    return f" It says: {text[:EXCERPT]}" if text else ""
