"""Calls that wait: a session has two of them at a time at most, and so has a service for each user.

Each waiting call keeps an environment of the API function busy, so that one client could use up all of them.
A waiting call therefore takes one of two slots of its session, or of its service and user (`waiter` in
access.py), for as long as it waits. A slot frees itself a moment after its wait should be over, in case the
call did not live to give it back.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from chalicelib.core.errors import LostRaceError, UnavailableError
from chalicelib.core.log_events import log_event
from chalicelib.core.polling import poll
from chalicelib.core.time import Clock, Millis

SLOTS = (1, 2)
GRACE_MS = 5_000  # how long after the end of its wait a slot frees itself; the last look must be over by then


class WaitSlots(Protocol):
    """The slots of a session, or of a service and a user, which are there without anybody's having made them.

    Both methods are one conditional write and raise UnavailableError.
    """

    def occupy(self, session_id: str, slot: int, until: Millis, now: Millis) -> None:
        """Take the slot until that moment. On condition that the session is there and the slot is free.

        A write whose answer was lost may be repeated, and then find the slot taken by itself. Raises
        LostRaceError.
        """
        ...

    def vacate(self, session_id: str, slot: int, until: Millis) -> None:
        """Give the slot back; harmless if it is no longer taken until that moment."""
        ...


@dataclass(frozen=True, slots=True)
class Waits:
    """Lets a call look again and again for what it waits for, if its session has a slot free."""

    slots: WaitSlots
    clock: Clock

    def __call__[T](self, session_id: str, seconds: float, look: Callable[[], T | None]) -> T | None:
        """What `look` finds at once or, if the session has a slot free, within so many seconds; else None.

        Costs nothing beside the looks as long as there is nothing to wait for. Raises UnavailableError, and
        what `look` raises.
        """
        found = look()
        if found is not None or seconds <= 0:
            return found
        with self._slot(session_id, seconds) as has_slot:
            return self._look_again(seconds, look) if has_slot else None

    def _look_again[T](self, seconds: float, look: Callable[[], T | None]) -> T | None:
        for _ in islice(poll(self.clock, seconds), 1, None):
            found = look()
            if found is not None:
                return found
        return None

    @contextmanager
    def _slot(self, session_id: str, seconds: float) -> Iterator[bool]:
        """Whether there is a slot for the time of the block."""
        now = self.clock.now()
        until = now + round(seconds * 1000) + GRACE_MS
        slot = self._occupy(session_id, until, now)
        try:
            yield slot is not None
        finally:
            if slot is not None:
                self._vacate(session_id, slot, until)

    def _occupy(self, session_id: str, until: Millis, now: Millis) -> int | None:
        for slot in SLOTS:
            try:
                self.slots.occupy(session_id, slot, until, now)
            except LostRaceError:
                continue
            return slot
        log_event("wait refused", level=logging.WARNING, session=session_id)
        return None

    def _vacate(self, session_id: str, slot: int, until: Millis) -> None:
        try:
            self.slots.vacate(session_id, slot, until)
        except UnavailableError:  # what was found must still be answered; the slot frees itself
            log_event("wait slot not given back", level=logging.WARNING, session=session_id)
