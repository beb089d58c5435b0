"""What an enqueue asks for: one request or a batch, checked before anything is stored."""

import hashlib
import re
from datetime import datetime
from typing import Annotated, Literal

import msgspec

from chalicelib.adapters.codec import decode
from chalicelib.core.enqueue import Work
from chalicelib.core.errors import FieldError, InvalidInputError
from chalicelib.core.idempotency import IdempotencyKey
from chalicelib.entrypoints.bodies import Body
from chalicelib.entrypoints.payloads import checked

BODY_LIMIT = 2 * 1024 * 1024  # bytes; Lambda takes 6 MB, and the body arrives in it as an escaped string
LONGEST_BATCH = 100
KEY = re.compile(r"[\x21-\x7e]{1,255}")


class Order(Body):
    """One request. `not_before` holds the line: nothing behind it starts earlier either."""

    type: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    payload: msgspec.Raw = msgspec.Raw(b"{}")
    max_attempts: Annotated[int, msgspec.Meta(ge=1, le=100)] | None = None
    on_failure: Literal["skip", "halt"] | None = None
    not_before: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


class Batch(Body):
    """All or none, under consecutive numbers."""

    requests: Annotated[list[Order], msgspec.Meta(min_length=1, max_length=LONGEST_BATCH)]


def to_works(raw: bytes) -> tuple[list[Work], bool]:
    """The work asked for, and whether it is a batch.

    Raises InvalidInputError, MalformedError, TooLargeError.
    """
    if b'"requests"' in raw and "requests" in decode(raw, dict[str, msgspec.Raw]):
        batch = decode(raw, Batch)
        return [_to_work(order, f"requests[{i}].") for i, order in enumerate(batch.requests)], True
    return [_to_work(decode(raw, Order), "")], False


def to_key(header: str | None, works: list[Work]) -> IdempotencyKey | None:
    """Raises InvalidInputError."""
    if header is None:
        return None
    if not KEY.fullmatch(header):
        message = "must be 1 to 255 visible ASCII characters"
        raise InvalidInputError("The header is not acceptable.", (FieldError("Idempotency-Key", message),))
    return IdempotencyKey(header, hashlib.sha256(msgspec.json.encode(works)).hexdigest())


def _to_work(order: Order, under: str) -> Work:
    return Work(
        type=order.type,
        payload=checked(order.type, bytes(order.payload), under),
        max_attempts=order.max_attempts,
        on_failure=order.on_failure,
        not_before=None if order.not_before is None else int(order.not_before.timestamp() * 1000),
    )
