"""Slots: names under which a user's requests replace one another, or are refused while one is in the way."""

from enum import StrEnum
from typing import NamedTuple, Protocol

from chalicelib.core.queueing.request import Request, Status
from chalicelib.core.time import Millis


class IfBusy(StrEnum):
    """What an enqueue does about the requests that its slot already has."""

    QUEUE = "queue"  # it waits behind them
    REJECT = "reject"  # it is refused while one of them has no outcome
    REPLACE = "replace"  # those that wait are cancelled
    INTERRUPT = "interrupt"  # likewise, and the one that runs is stopped


REPLACING = frozenset({IfBusy.REPLACE, IfBusy.INTERRUPT})


class SlotRecord(NamedTuple):
    """A slot that has requests in front of the head, as it is stored.

    `replaced` grows only together with `last`, and `last` only to a number that was given out later.
    """

    last: int  # the highest number in the slot
    replaced: int = 0  # what waits with a number up to this is superseded, by the next number

    def supersedes(self, request: Request, now: Millis) -> bool:
        """Whether the request, which is in this slot, must not be begun or tried again.

        An attempt that is running goes on to its end.
        """
        waits = request.status is Status.QUEUED or request.has_crashed(now)
        return waits and request.seq <= self.replaced


class SlotStore(Protocol):
    """The slots of every user. `RequestStore.write` and `begin` have conditions on them.

    Both methods raise UnavailableError if the store does not answer.
    """

    def find_slot(self, user_id: str, slot: str) -> SlotRecord | None:
        """A consistent read. None if the slot has no requests in front of the head. Raises NewerItemError."""
        ...

    def delete_slot(self, user_id: str, slot: str, last: int) -> None:
        """Condition: `last` is the highest number in the slot. Raises LostRaceError if it is not."""
        ...
