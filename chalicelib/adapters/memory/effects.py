"""An adopter's table in memory, and the writes to it that a handler can have as effects."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from chalicelib.core.errors import EffectRefusedError


@dataclass(frozen=True, slots=True)
class Booking:
    """An effect: add to an account, on condition that its balance does not fall below zero."""

    account: str
    amount: int


@dataclass(slots=True)
class Ledger:
    balances: dict[str, int] = field(default_factory=dict)

    def commit(self, effects: Sequence[object]) -> None:
        """All or none. Raises EffectRefusedError."""
        if not effects:
            return
        balances = dict(self.balances)
        for effect in effects:
            if not isinstance(effect, Booking):
                raise TypeError(f"{effect!r} is not an effect of this store")
            balances[effect.account] = balances.get(effect.account, 0) + effect.amount
            if balances[effect.account] < 0:
                raise EffectRefusedError(f"{effect.account} has too little.")
        self.balances = balances
