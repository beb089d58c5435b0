"""Several writes, all or none.

PynamoDB's own transactions change the order of the writes, and with it that of the reasons (its issue 1284).
"""

import time
from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError
from pynamodb.connection import Connection
from pynamodb.exceptions import TransactWriteError, VerboseClientError

from chalicelib.adapters.dynamodb.errors import translated
from chalicelib.core.errors import EffectRefusedError, LostRaceError, UnavailableError

CANCELLED = "TransactionCanceledException"
TRIES = 5
PAUSE_S = 0.02


def commit(connection: Connection, own: Sequence[dict[str, Any]], effects: Sequence[Any] = ()) -> None:
    """Write `own` and `effects` together.

    Raises LostRaceError if a condition of `own` does not hold, EffectRefusedError if one of `effects` does
    not, UnavailableError if others write the same items all the time.
    """
    for attempt in range(TRIES):
        codes = _try(connection, [*own, *effects])
        if not codes:
            return
        if "ConditionalCheckFailed" in codes[: len(own)]:
            raise LostRaceError
        if "TransactionConflict" not in codes:
            raise EffectRefusedError(f"The effects could not be written: {', '.join(filter(None, codes))}.")
        time.sleep(PAUSE_S * 2**attempt)  # botocore does not repeat these
    raise UnavailableError("Others keep writing the same items. Try again.")


def _try(connection: Connection, items: list[dict[str, Any]]) -> list[str]:
    """Why each item was not written, in the order of the items; empty if all were."""
    with translated():
        try:
            connection.dispatch(
                "TransactWriteItems", {"TransactItems": items, "ReturnConsumedCapacity": "TOTAL"}
            )
        except VerboseClientError as error:
            if error.response["Error"].get("Code") == CANCELLED:
                return [reason.code if reason else "" for reason in error.cancellation_reasons]
            raise TransactWriteError("The transaction failed", error) from error
        except ClientError as error:
            raise TransactWriteError("The transaction failed", error) from error
    return []
