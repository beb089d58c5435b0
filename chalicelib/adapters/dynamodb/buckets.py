"""Withdrawals from buckets, as parts of a write of the item that has the bucket."""

from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.core.rates import Withdrawal


def withdrawn(arrival: Any, withdrawal: Withdrawal) -> tuple[Action, Condition]:
    """What is written, and on which condition: `Withdrawal.leaves` and `Withdrawal.finds`.

    `arrival` is the model's attribute.
    """
    if withdrawal.of_full:
        full = arrival.does_not_exist() | (arrival <= withdrawal.now)
        return arrival.set(withdrawal.now + withdrawal.cost), full
    enough = (arrival > withdrawal.now) & (arrival <= withdrawal.latest)
    return arrival.add(withdrawal.cost), enough
