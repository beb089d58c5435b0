"""Money comes in, and moves between a user's own accounts."""

from typing import Annotated

import msgspec

from gurukool import Effects, FieldError, InvalidInputError, PermanentError, Request, Settings, handler
from handlers.books import Balance, Total

type Cents = Annotated[int, msgspec.Meta(ge=1, le=10**12)]
type Account = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class Deposit(msgspec.Struct, forbid_unknown_fields=True):
    account: Account
    cents: Cents


class Transfer(msgspec.Struct, forbid_unknown_fields=True):
    source: Account
    target: Account
    cents: Cents


class Receipt(msgspec.Struct):
    left: int  # cents in the source account


@handler("deposit")
def deposit(payload: Deposit, request: Request, effects: Effects) -> None:
    """An account exists from its first deposit on."""
    balances, totals = effects.table(Balance, "balances"), effects.table(Total, "totals")
    effects.update(balances(request.user_id, payload.account), [balances.cents.add(payload.cents)])
    effects.update(totals(request.user_id), [totals.cents.add(payload.cents)])


def not_too_much(payload: Transfer, settings: Settings) -> None:
    """Raises InvalidInputError, so that the caller is told at once."""
    most = settings["largest_transfer_cents"]
    if payload.cents > most:
        fault = FieldError("payload.cents", f"must be at most {most}")
        raise InvalidInputError("The transfer is too large.", (fault,))


@handler("transfer", max_attempts=5, check=not_too_much)
def transfer(payload: Transfer, request: Request, effects: Effects) -> Receipt:
    """What is read stays true until the effects are written: only this user's queue writes these items.

    The conditions say so all the same; if one does not hold, nothing is written and the attempt has failed.
    """
    balances = effects.table(Balance, "balances")
    if payload.source == payload.target:
        raise PermanentError("The accounts are the same.")
    try:
        source = balances.get(request.user_id, payload.source, consistent_read=True)
    except balances.DoesNotExist:
        raise PermanentError(f"There is no account {payload.source}.") from None
    if source.cents < payload.cents:
        raise PermanentError("There is not enough money in the account.")
    target = balances(request.user_id, payload.target)
    effects.update(source, [balances.cents.add(-payload.cents)], balances.cents >= payload.cents)
    effects.update(target, [balances.cents.add(payload.cents)], balances.user_id.exists())
    return Receipt(int(source.cents) - payload.cents)
