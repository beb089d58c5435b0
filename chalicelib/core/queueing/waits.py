"""Calls that wait: two of a session, or of a service for each user, and so many of the whole deployment.

Each waiting call keeps an environment of the API function busy, so that one client, or many, could use up all
of them. A waiting call therefore takes one of two slots of its session, or of its service and user (`waiter`
in access.py), and one of the deployment's slots, for as long as it waits. A slot frees itself a moment after
its wait should be over, in case the call did not live to give it back.
"""

import logging
import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple, Protocol

from chalicelib.core.errors import LostRaceError, UnavailableError
from chalicelib.core.log_events import log_event
from chalicelib.core.polling import poll
from chalicelib.core.queueing.access import DEPLOYMENT
from chalicelib.core.time import Clock, Millis

SLOTS = (1, 2)
TRIES = 6  # of the deployment's slots: if four fifths of them are taken, 74 % of the calls find a free one
GRACE_MS = 5_000  # how long after the end of its wait a slot frees itself; the last look must be over by then


class Place(NamedTuple):
    """A slot, and whose it is."""

    waiter: str
    slot: int


class WaitSlots(Protocol):
    """The slots of sessions, of a service and a user, and of the deployment. Only sessions have to be there.

    Both methods are one conditional write and raise UnavailableError.
    """

    def occupy(self, session_id: str, slot: int, until: Millis, now: Millis) -> None:
        """Take the slot until that moment. On condition that it is free, and a session there.

        A write whose answer was lost may be repeated, and then find the slot taken by itself. Raises
        LostRaceError.
        """
        ...

    def vacate(self, session_id: str, slot: int, until: Millis) -> None:
        """Give the slot back; harmless if it is no longer taken until that moment."""
        ...


@dataclass(frozen=True, slots=True)
class Waits:
    """Lets a call look again and again for what it waits for, if there are slots free."""

    slots: WaitSlots
    clock: Clock
    at_once: int | None = None  # calls of the deployment that may wait at a time; None: any number
    fraction: Callable[[], float] = random.random

    def __call__[T](self, session_id: str, seconds: float, look: Callable[[], T | None]) -> T | None:
        """What `look` finds at once or, if there are slots free, within so many seconds; else None.

        Costs nothing beside the looks as long as there is nothing to wait for. Raises UnavailableError, and
        what `look` raises.
        """
        found = look()
        if found is not None or seconds <= 0:
            return found
        with self._slots(session_id, seconds) as may_wait:
            return self._look_again(seconds, look) if may_wait else None

    def _look_again[T](self, seconds: float, look: Callable[[], T | None]) -> T | None:
        for _ in islice(poll(self.clock, seconds), 1, None):
            found = look()
            if found is not None:
                return found
        return None

    @contextmanager
    def _slots(self, session_id: str, seconds: float) -> Iterator[bool]:
        """Whether there are slots for the time of the block."""
        now = self.clock.now()
        until = now + round(seconds * 1000) + GRACE_MS
        taken = list[Place]()
        try:
            yield self._occupy_all(session_id, until, now, taken)
        finally:
            for place in taken:
                self._vacate(place, until, session_id)

    def _occupy_all(self, session_id: str, until: Millis, now: Millis, taken: list[Place]) -> bool:
        """Adds what it takes to `taken`, also if it then finds no other."""
        wanted = {"session": [Place(session_id, slot) for slot in SLOTS]}
        if self.at_once is not None:
            wanted["deployment"] = self._some_of_the_deployment(self.at_once)
        for owner, places in wanted.items():
            place = self._occupy_one(places, until, now)
            if place is None:
                log_event("wait refused", level=logging.WARNING, session=session_id, slots=owner)
                return False
            taken.append(place)
        return True

    def _some_of_the_deployment(self, count: int) -> list[Place]:
        """Drawn at random: whoever looks for one that is free must not read them all."""
        drawn = [int(self.fraction() * count) for _ in range(TRIES if count else 0)]
        return [Place(f"{DEPLOYMENT}{n // len(SLOTS)}", SLOTS[n % len(SLOTS)]) for n in drawn]

    def _occupy_one(self, places: Iterable[Place], until: Millis, now: Millis) -> Place | None:
        for place in places:
            try:
                self.slots.occupy(*place, until, now)
            except LostRaceError:
                continue
            return place
        return None

    def _vacate(self, place: Place, until: Millis, session_id: str) -> None:
        try:
            self.slots.vacate(*place, until)
        except UnavailableError:  # what was found must still be answered; the slot frees itself
            log_event("wait slot not given back", level=logging.WARNING, session=session_id)
