"""Nothing moves on while the books are wrong."""

import msgspec

from gurukool import Effects, PermanentError, Request, handler
from handlers.books import Balance, Total


class Audit(msgspec.Struct, forbid_unknown_fields=True):
    period: str  # for the reader of the report


class Report(msgspec.Struct):
    period: str
    accounts: int
    cents: int


@handler("audit", on_failure="halt")
def audit(payload: Audit, request: Request, effects: Effects) -> Report:
    """The accounts must hold what came in. Otherwise the queue halts until somebody says retry or skip."""
    balances, totals = effects.table(Balance, "balances"), effects.table(Total, "totals")
    found = [int(item.cents) for item in balances.query(request.user_id, consistent_read=True)]
    try:
        expected = int(totals.get(request.user_id, consistent_read=True).cents)
    except totals.DoesNotExist:
        expected = 0
    if sum(found) != expected:
        raise PermanentError(f"The accounts hold {sum(found)} cents, and {expected} came in.")
    return Report(payload.period, len(found), expected)
