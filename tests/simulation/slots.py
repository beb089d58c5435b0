"""Requests with a slot or a latest start: what users ask for, and what must hold of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from chalicelib.core.errors import ConflictError
from chalicelib.core.queueing.request import Request, Status
from chalicelib.core.queueing.slots import REPLACING, IfBusy, SlotRecord
from tests.simulation.history import Violation, require

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

    from chalicelib.adapters.memory.tables import MemoryTables
    from chalicelib.core.queueing.enqueue import Work
    from chalicelib.core.time import Millis
    from tests.simulation.records import Call
    from tests.simulation.world import World

LATEST, MIXED = "latest", "mixed"  # a slot in which every request replaces the others; one for all kinds
SKEW_MS = 1_000  # between the clocks of two processes, and on the way


@dataclass(slots=True)
class Options:
    """Draws what came later than most histories, from a source of its own: those stay as they are."""

    rng: Random
    _drawn: dict[str, tuple[str, IfBusy] | None] = field(default_factory=dict)

    def latest_start(self, earliest: Millis) -> Millis | None:
        if self.rng.random() < 0.85:
            return None
        return earliest + self.rng.choice((50, 1_000, 5_000, 60_000))

    def slotted(self, works: Sequence[Work], key: str | None) -> Sequence[Work]:
        """A third of the requests that are sent alone have a slot; with one `key`, always the same."""
        if len(works) > 1:
            return works
        drawn = self._draw() if key is None else self._drawn.setdefault(key, self._draw())
        return works if drawn is None else [replace(works[0], slot=drawn[0], if_busy=drawn[1])]

    def _draw(self) -> tuple[str, IfBusy] | None:
        lot = self.rng.random()
        if lot < 0.6:
            return None
        return (LATEST, IfBusy.REPLACE) if lot < 0.75 else (MIXED, self.rng.choice(list(IfBusy)))


def check_latest_start(request: Request) -> None:
    """It was begun in time, by the clock of its worker, or never. Raises Violation."""
    latest = request.start_before
    if request.status is Status.EXPIRED:
        late = latest is not None and (request.finished_at or 0) > latest
        require(late and not request.attempts, f"{request.seq} has expired too early, or was begun")
    begun_late = latest is not None and request.attempts == 1 and (request.started_at or 0) > latest
    require(not begun_late, f"{request.seq} was begun after its latest start")


@dataclass(slots=True)
class SlotInvariants:
    """What must hold after every step. All methods raise Violation."""

    tables: MemoryTables
    _marks: dict[tuple[str, str], int] = field(default_factory=dict)  # the highest number superseded so far
    _records: dict[tuple[str, str], SlotRecord] = field(default_factory=dict)

    def check_change(self, before: Request | None, request: Request) -> None:
        if request.slot is None:
            return
        mark = self._marks.get((request.user_id, request.slot), 0)
        begun = request.attempts > (before.attempts if before else 0)
        require(not begun or request.seq > mark, f"{request.seq} was begun after it was superseded")
        by = request.superseded_by
        is_mark = by is None or request.seq < by <= self._mark(request) + 1
        require(is_mark, f"{request.seq} is told to be superseded by {by}")
        if before is None and request.if_busy == IfBusy.REJECT:
            for other in self._others(request):
                if other.seq <= self.tables.queues[request.user_id].purged:
                    continue  # a purge is seen by a worker after some time
                in_the_way = other.seq > mark or other.status is Status.RUNNING
                require(not in_the_way, f"{request.seq} was accepted while {other.seq} was in the way")

    def check(self, user_id: str) -> None:
        """After the changes."""
        waiting = 0
        for request in self.tables.requests.get(user_id, {}).values():
            if request.slot is None or request.settled:
                continue
            record = self.tables.slots.get((user_id, request.slot))
            if record is None or record.last < request.seq:
                raise Violation(f"{request.seq} is not in its slot")
            waits = request.status is Status.QUEUED and request.seq > record.replaced
            waiting += waits and request.slot == LATEST
        require(waiting <= 1, f"{waiting} requests wait in a slot in which each replaces the others")
        for place, record in self.tables.slots.items():
            if place[0] == user_id:
                before = self._records.get(place, record)
                require(record.last >= before.last, "a slot's last number went back")
                self._records[place] = record
                self._marks[place] = max(self._marks.get(place, 0), record.replaced)

    def _mark(self, request: Request) -> int:
        place = request.user_id, request.slot or ""
        record = self.tables.slots.get(place)
        return max(self._marks.get(place, 0), record.replaced if record else 0)

    def _others(self, request: Request) -> Iterator[Request]:
        for other in self.tables.requests[request.user_id].values():
            if other.slot == request.slot and other.seq < request.seq and not other.settled:
                yield other


def check_answer(world: World, call: Call) -> None:
    """What the answer to an enqueue with a slot has promised. Raises Violation."""
    if isinstance(call.error, ConflictError):
        _check_rejected(world, call)
    if not call.worked:
        return
    request: Request = call.answer.requests[0]
    if request.slot is None or request.if_busy not in REPLACING:
        return
    answered = (call.ended or 0) + SKEW_MS
    for other in _stored(world, call.user_id):
        if other.slot == request.slot and other.seq < request.seq:
            begun = (other.started_at or 0) > answered
            require(not begun, f"{call.name}: {other.seq} was begun, which it has replaced")
            ran_on = other.status is Status.SUCCEEDED and (other.finished_at or 0) > answered
            require(
                not ran_on or request.if_busy != IfBusy.INTERRUPT,
                f"{call.name}: {other.seq} was not stopped",
            )


def _check_rejected(world: World, call: Call) -> None:
    named = re.match(r"Request (\d+) is in the way", str(call.error))
    seq = int(named[1]) if named else 0
    found = next((request for request in _stored(world, call.user_id) if request.seq == seq), None)
    if found is not None:  # else it has expired since
        ended = world.invariants.ended.get((call.user_id, seq), call.started) < call.started
        require(found.slot == MIXED and not ended, f"{call.name}: {seq} was not in the way")


def _stored(world: World, user_id: str) -> Iterator[Request]:
    yield from world.store.tables.requests.get(user_id, {}).values()
    yield from (request for request in world.forgotten if request.user_id == user_id)
