"""Withdrawals from buckets, as parts of a write of the item that has the bucket."""

from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.core.rates import Withdrawal


def finds(arrival: Any, withdrawal: Withdrawal) -> Condition:
    """See `Withdrawal.finds`; `arrival` is the model's attribute."""
    if withdrawal.of_full:
        full: Condition = arrival.does_not_exist() | (arrival <= withdrawal.now)
        return full
    enough: Condition = (arrival > withdrawal.now) & (arrival <= withdrawal.latest)
    return enough


def take(arrival: Any, withdrawal: Withdrawal) -> Action:
    """See `Withdrawal.leaves`."""
    if withdrawal.of_full:
        filled: Action = arrival.set(withdrawal.now + withdrawal.cost)
        return filled
    added: Action = arrival.add(withdrawal.cost)
    return added
