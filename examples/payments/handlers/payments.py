"""A payment: reserved, charged and confirmed at a provider's."""

from typing import Annotated

import msgspec

from gurukool import Request, handler
from handlers.provider import Provider


class Payment(msgspec.Struct, forbid_unknown_fields=True):
    order: str
    cents: Annotated[int, msgspec.Meta(ge=1)]
    confirmation_seconds: Annotated[float, msgspec.Meta(ge=0, le=10)] = 0  # to have time to crash the worker


class Receipt(msgspec.Struct):
    reserved: str
    charged: str
    confirmed: str


@handler("pay", timeout=12, max_attempts=5)
def pay(payload: Payment, request: Request) -> Receipt:
    """Three calls, each with the idempotency key of its step."""
    provider = Provider(request.resources)

    def call(step: str, seconds: float = 0) -> str:
        return request.step(step, lambda: provider.call(request.key(step), seconds), type=str)

    return Receipt(call("reserve"), call("charge"), call("confirm", payload.confirmation_seconds))
