"""What an enqueue asks for: one request or a batch, checked before anything is stored."""

import hashlib

import msgspec

from chalicelib.core.enqueue import Work
from chalicelib.core.idempotency import IdempotencyKey
from chalicelib.entrypoints.bodies import Batch, Order
from chalicelib.entrypoints.payloads import checked


def to_works(body: Order | Batch) -> list[Work]:
    """Raises InvalidInputError, MalformedError, TooLargeError."""
    if isinstance(body, Batch):
        return [_to_work(order, f"requests[{i}].") for i, order in enumerate(body.requests)]
    return [_to_work(body, "")]


def to_key(key: str | None, works: list[Work]) -> IdempotencyKey | None:
    return (
        None if key is None else IdempotencyKey(key, hashlib.sha256(msgspec.json.encode(works)).hexdigest())
    )


def _to_work(order: Order, under: str) -> Work:
    return Work(
        type=order.type,
        payload=checked(order.type, bytes(order.payload), under),
        max_attempts=order.max_attempts,
        on_failure=order.on_failure,
        not_before=None if order.not_before is None else int(order.not_before.timestamp() * 1000),
    )
