"""What an answer means for the request: its result, another attempt, or the end."""

import codecs
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.client import HTTPMessage

from chalicelib.core.queueing.policy import HandlerError, PermanentError, RetryLaterError
from chalicelib.webhooks.delivery import Receipt
from chalicelib.webhooks.exchange import Answer

# The receiver may answer otherwise next time; every other 4xx is about the delivery itself.
PASSING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
RECORDED = ("Content-Type", "Date", "ETag", "Location", "X-Request-Id")
HEADER_LIMIT = 512  # characters of each that are recorded
EXCERPT = 300  # characters of the body that an error shows
SOONEST_S, LATEST_S = 1.0, 3600.0  # the bounds of what Retry-After may ask for


def receipt(answer: Answer, now: float) -> Receipt:
    """Raises PermanentError, RetryLaterError or HandlerError unless the answer is a success."""
    if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        found = {name: answer.headers[name][:HEADER_LIMIT] for name in RECORDED if name in answer.headers}
        return Receipt(answer.status, found, _text(answer), answer.truncated)
    message = f"The receiver answered {_phrase(answer.status)}.{_excerpt(answer)}"
    if HTTPStatus.MULTIPLE_CHOICES <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR and (
        answer.status not in PASSING
    ):
        raise PermanentError(message)
    if (after := retry_after(answer.headers, now)) is not None:
        raise RetryLaterError(message, after)
    raise HandlerError(message)


def retry_after(headers: HTTPMessage, now: float) -> float | None:
    """The seconds that the receiver asks to wait, within bounds. `now` is in seconds since 1970."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        seconds = float(text)
    else:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, OverflowError):
            return None
        seconds = moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() - now
    return min(max(seconds, SOONEST_S), LATEST_S)


def _text(answer: Answer) -> str | None:
    """A character that was cut in two at the end is left out."""
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
