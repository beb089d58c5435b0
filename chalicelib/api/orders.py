"""What an enqueue asks for: one request or a batch, checked before anything is stored."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from chalicelib.api.bodies import Batch, Order
from chalicelib.api.payloads import Payloads
from chalicelib.core.errors import FieldError, InvalidInputError
from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.idempotency import IdempotencyKey, fingerprint
from chalicelib.core.time import Millis

MOST_FAULTS = 20  # in one answer
EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)
LONGEST_WAIT = timedelta(days=366)


def to_works(body: Order | Batch, payloads: Payloads, now: Millis) -> list[Work]:
    """Raises InvalidInputError with the faults of all requests, MalformedError, TooLargeError."""
    if isinstance(body, Order):
        return [_to_work(body, "", payloads, now)]
    works, refusals = [], []
    for i, order in enumerate(body.requests):
        try:
            works.append(_to_work(order, f"requests[{i}].", payloads, now))
        except InvalidInputError as error:
            refusals.append(error)
    if refusals:
        raise _together(refusals)
    return works


def _together(refusals: Sequence[InvalidInputError]) -> InvalidInputError:
    if len(refusals) == 1:
        return refusals[0]
    faults = [fault for refusal in refusals for fault in refusal.fields]
    return InvalidInputError.listing(*faults[:MOST_FAULTS])


def to_key(key: str | None, works: Sequence[Work]) -> IdempotencyKey | None:
    return None if key is None else IdempotencyKey(key, fingerprint([_asked(work) for work in works]))


def _asked(work: Work) -> dict[str, object]:
    """Each member by name: what a later release adds to Work must not change the keys in flight."""
    return {
        "type": work.type,
        "payload": work.payload,
        "max_attempts": work.max_attempts,
        "on_failure": work.on_failure,
        "not_before": work.not_before,
    }


def _to_work(order: Order, under: str, payloads: Payloads, now: Millis) -> Work:
    not_before = order.not_before
    return Work(
        type=order.type,
        payload=payloads.validated(order.type, bytes(order.payload), under),
        max_attempts=order.max_attempts,
        on_failure=order.on_failure,
        not_before=None if not_before is None else _moment(not_before, f"{under}not_before", now),
    )


def _moment(moment: datetime, path: str, now: Millis) -> Millis:
    if moment < EARLIEST:
        raise InvalidInputError.listing(FieldError(path, f"must not be before {EARLIEST.date()}"))
    if moment > datetime.fromtimestamp(now / 1000, UTC) + LONGEST_WAIT:
        raise InvalidInputError.listing(FieldError(path, f"must be at most {LONGEST_WAIT.days} days ahead"))
    return int(moment.timestamp() * 1000)
