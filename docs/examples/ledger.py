"""A worked example: transfers between a user's own accounts that never go wrong, whatever crashes.

Put a file like this into chalicelib/handlers/, its table into infra/template/ and what it does there into
the policy of the worker.
"""

from typing import Annotated

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib.adapters.dynamodb.effects import Effects
from chalicelib.core.queueing.context import HandlerRequest
from chalicelib.core.queueing.handler import handler
from chalicelib.core.queueing.policy import PermanentError


class Balance(Model):
    class Meta:
        table_name = "ledger-balances"

    user_id = UnicodeAttribute(hash_key=True)
    account = UnicodeAttribute(range_key=True)
    cents = NumberAttribute()


class Transfer(msgspec.Struct, forbid_unknown_fields=True):
    source: str
    target: str
    cents: Annotated[int, msgspec.Meta(ge=1)]


class Receipt(msgspec.Struct):
    left: int  # cents in the source account


@handler("transfer", timeout=10, max_attempts=5)
def transfer(payload: Transfer, request: HandlerRequest, effects: Effects) -> Receipt:
    """Reading is safe: nobody but this user's queue writes these items, and it runs one request at a time."""
    source = Balance.get(request.user_id, payload.source, consistent_read=True)
    if source.cents < payload.cents:
        raise PermanentError("There is not enough money in the account.")
    if payload.source == payload.target:
        raise PermanentError("The accounts are the same.")
    target = Balance(request.user_id, payload.target)
    effects.update(source, [Balance.cents.add(-payload.cents)], Balance.cents >= payload.cents)
    effects.update(target, [Balance.cents.add(payload.cents)], Balance.user_id.exists())
    return Receipt(int(source.cents) - payload.cents)
