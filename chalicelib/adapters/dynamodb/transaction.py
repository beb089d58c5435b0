"""Several writes, all or none.

PynamoDB's own transactions change the order of the writes, and with it that of the reasons (its issue 1284).
"""

import logging
from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError
from pynamodb.connection import Connection
from pynamodb.exceptions import TransactWriteError, VerboseClientError

from chalicelib.adapters.dynamodb.errors import is_passing, translated
from chalicelib.adapters.dynamodb.pauses import pause
from chalicelib.core.errors import EffectRefusedError, LostRaceError, UnavailableError
from chalicelib.core.log_events import log_event

CANCELLED = "TransactionCanceledException"
UNWRITABLE = "The effects could not be written."
# Reasons that lie in what was to be written. The others pass: conflicts, throttling.
REFUSALS = frozenset({"ConditionalCheckFailed", "ItemCollectionSizeLimitExceeded", "ValidationError"})
CONFLICT = "TransactionConflict"  # another transaction is at the item
THROTTLED = frozenset({"ThrottlingError", "ProvisionedThroughputExceeded"})
TRIES = 5
PAUSE_S = 0.04  # at most, before the second try; twice as long before each further one


def commit(connection: Connection, own: Sequence[dict[str, Any]], effects: Sequence[Any] = ()) -> None:
    """Write `own` and `effects` together.

    Raises LostRaceError if a condition of `own` does not hold, EffectRefusedError if one of `effects` does
    not, if they cannot be written at all, or if others go on writing the same items or use up what the tables
    of `effects` can take, and UnavailableError if DynamoDB cannot write anything right now.
    """
    codes: list[str] = []
    for attempt in range(TRIES):
        if attempt:
            pause(PAUSE_S * 2 ** (attempt - 1))  # botocore does not repeat these
        codes = _try(connection, own, effects)
        if not codes:
            return
        if "ConditionalCheckFailed" in codes[: len(own)]:
            raise LostRaceError
        if not REFUSALS.isdisjoint(codes):
            raise EffectRefusedError(f"{UNWRITABLE[:-1]}: {', '.join(filter(None, codes))}.")
    _refuse_contended(codes, len(own))
    raise UnavailableError("The items are being written by too many callers. Try again.")


def _refuse_contended(codes: Sequence[str], own: int) -> None:
    """Raises EffectRefusedError if the effects alone were in the way: the store itself is well."""
    reasons = {*filter(None, codes)}
    if any(codes[:own]) or not reasons <= {CONFLICT, *THROTTLED}:
        return
    if reasons == {CONFLICT}:
        raise EffectRefusedError("Others are writing the same items as the effects.")
    raise EffectRefusedError("The tables of the effects cannot take more writes at the moment.")


def _try(connection: Connection, own: Sequence[dict[str, Any]], effects: Sequence[Any]) -> list[str]:
    """Why each item was not written, in the order of the items; empty if all were."""
    with translated():
        try:
            items = {"TransactItems": [*own, *effects], "ReturnConsumedCapacity": "TOTAL"}
            connection.dispatch("TransactWriteItems", items)
        except VerboseClientError as error:
            if error.response["Error"].get("Code") == CANCELLED:
                return [reason.code if reason else "" for reason in error.cancellation_reasons]
            _refuse_effects(error, effects)
            raise TransactWriteError("The transaction failed", error) from error
        except ClientError as error:
            _refuse_effects(error, effects)
            raise TransactWriteError("The transaction failed", error) from error
    return []


def _refuse_effects(error: ClientError, effects: Sequence[Any]) -> None:
    """Raises EffectRefusedError if there are effects, for then they are what cannot be written: two on one
    item, a table that is missing or not permitted, more than a transaction takes.
    """
    if effects and not is_passing(error):
        log_event("effects refused", level=logging.ERROR, exception=error)
        raise EffectRefusedError(UNWRITABLE) from error
