"""What an enqueue asks for: one request or a batch, checked before anything is stored."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from chalicelib.core.enqueue import Work
from chalicelib.core.errors import FieldError, InvalidInputError
from chalicelib.core.idempotency import IdempotencyKey, fingerprint
from chalicelib.core.request import Millis
from chalicelib.entrypoints.bodies import Batch, Order
from chalicelib.entrypoints.payloads import checked
from chalicelib.wiring import CLOCK

EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)
LONGEST_WAIT = timedelta(days=366)


def to_works(body: Order | Batch) -> list[Work]:
    """Raises InvalidInputError, MalformedError, TooLargeError."""
    if isinstance(body, Batch):
        return [_to_work(order, f"requests[{i}].") for i, order in enumerate(body.requests)]
    return [_to_work(body, "")]


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


def _to_work(order: Order, under: str) -> Work:
    return Work(
        type=order.type,
        payload=checked(order.type, bytes(order.payload), under),
        max_attempts=order.max_attempts,
        on_failure=order.on_failure,
        not_before=None if order.not_before is None else _moment(order.not_before, f"{under}not_before"),
    )


def _moment(moment: datetime, path: str) -> Millis:
    now = datetime.fromtimestamp(CLOCK.now() / 1000, UTC)
    if not EARLIEST <= moment <= now + LONGEST_WAIT:
        fields = (FieldError(path, f"must be at most {LONGEST_WAIT.days} days ahead"),)
        raise InvalidInputError("The input does not fit what is expected.", fields)
    return int(moment.timestamp() * 1000)
