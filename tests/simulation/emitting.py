"""Handlers that emit events, those who watch them, and what must hold of both."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zlib import crc32

from chalicelib.adapters.runtime.durable import SupersededError
from chalicelib.adapters.runtime.emitting import Emitting
from chalicelib.core.queueing.events import Chunk, Event, chunk_of
from chalicelib.core.queueing.notes import NoteKind
from chalicelib.core.queueing.request import Failure, Request, Status
from chalicelib.core.queueing.stopped import Stopped
from tests.simulation.history import Violation, require

if TYPE_CHECKING:
    from chalicelib.adapters.memory.tables import MemoryTables
    from chalicelib.core.queueing.event_watch import EventPage
    from chalicelib.core.queueing.heartbeat import StopWatch
    from chalicelib.core.queueing.journal import Journal
    from chalicelib.core.time import Millis
    from tests.simulation.execution import Execution
    from tests.simulation.scheduler import Scheduler

COUNTS = (1, 3, 9)
PAUSES_MS = (0, 40, 300)  # between two events


@dataclass(slots=True)
class Emitters:
    """Those of all requests of a history. Each attempt emits the numbers from 0 on."""

    scheduler: Scheduler
    tables: MemoryTables
    emitted: Counter[tuple[str, int, int]] = field(default_factory=Counter)  # by attempt
    shown: dict[tuple[str, int], list[Event]] = field(default_factory=dict)  # to any watcher
    ended: set[tuple[str, int]] = field(default_factory=set)  # of which a watcher was told that

    @staticmethod
    def emits(request: Request) -> bool:
        return crc32(request.payload.encode()) // 5 % 3 > 0

    def emit(self, execution: Execution, journal: Journal, watch: StopWatch, limit: Millis) -> Failure | None:
        """What one attempt emits, which has so much time. What ends it, if that does.

        The first attempt at a request emits something; at some, the others do not.
        """
        lot = crc32(journal.running.payload.encode()) // 7
        if lot % 2 and journal.attempt > 1:
            return None
        journal.events = Emitting(journal, lambda: watch.stopping, timed=False)
        execution.until = execution.started + limit
        failed = self._emit_several(journal, lot, execution.until)
        if not failed:
            execution.until = None
        return failed

    def emit_last(self, execution: Execution, journal: Journal) -> Failure | None:
        """What the end of the attempt has to store, unless it has been long since the event before it."""
        if journal.events is None:
            return None
        now = self.scheduler.now  # it may be long after the moment at which the attempt was ended by force
        execution.until = now if execution.until is None else min(now, execution.until)
        failed = self._one_more(journal)
        execution.until = None
        return failed

    def _emit_several(self, journal: Journal, lot: int, until: Millis) -> Failure | None:
        for _ in range(COUNTS[lot % 3]):
            if failed := self._one_more(journal):
                return failed
            self.scheduler.wait(PAUSES_MS[lot // 3 % 3])
            if self.scheduler.now > until:
                return Failure("timeout", "It took too long.")
        return None

    def _one_more(self, journal: Journal) -> Failure | None:
        running = journal.running
        attempt = running.user_id, running.seq, running.attempts
        self.emitted[attempt] += 1
        try:
            journal.events("output", self.emitted[attempt] - 1)
        except SupersededError:
            if self._is_current(running):
                raise Violation(f"the current attempt at {running.seq} was told that it is not") from None
            return Failure("timeout", "Another attempt has begun.")
        except Stopped:
            self.emitted[attempt] -= 1
            return Failure("error", "The handler raised Stopped.")
        return None

    def _is_current(self, request: Request) -> bool:
        stored = self.tables.requests.get(request.user_id, {}).get(request.seq)
        own = request.attempt_token, Status.RUNNING
        return stored is not None and (stored.attempt_token, stored.status) == own

    def watched(self, user_id: str, seq: int, after: int, page: EventPage) -> None:
        """All watchers see the same, without gaps, and nothing more once they were told that it has ended."""
        place = user_id, seq
        shown = self.shown.setdefault(place, [])
        for n, event in enumerate(page.events, after + 1):
            if event.n != n or n > len(shown) + 1:
                raise Violation(f"event {n} of {place} was left out")
            if n > len(shown):
                if place in self.ended:
                    raise Violation(f"event {n} of {place} came after the end")
                shown.append(event)
            elif shown[n - 1] != event:
                raise Violation(f"event {n} of {place} was shown as {shown[n - 1]} and as {event}")
        if page.ended:
            if after + len(page.events) < len(shown):
                raise Violation(f"{place} has ended after {after + len(page.events)} of {len(shown)} events")
            self.ended.add(place)

    def check_all(self, gone: set[str]) -> None:
        """The chains of all requests: they have their outcomes, and the head has passed them."""
        for user_id in self.tables.requests.keys() - gone:
            for request in self.tables.requests[user_id].values():
                self._check(request)

    def _check(self, request: Request) -> None:
        place = request.user_id, request.seq
        chunks = self._chunks(request)
        stored = [event for chunk in chunks for event in chunk.events]
        require(
            [event.n for event in stored] == list(range(1, len(stored) + 1)), f"{place}: gaps in {stored}"
        )
        require(bool(chunks) == request.eventful, f"{place} is marked wrongly: {chunks}")
        ends = [chunk.first for chunk in chunks if chunk.is_end]
        require(not request.eventful or ends == [len(stored) + 1], f"the chain of {place} is not closed")
        shown = self.shown.get(place, [])
        require(stored[: len(shown)] == shown, f"{place} has {stored}, and {shown} was shown")
        require(place not in self.ended or stored == shown, f"{place} was not over when that was shown")
        self._check_attempts(request, stored)

    def _check_attempts(self, request: Request, stored: list[Event]) -> None:
        """One after the other; of each, what it has emitted up to some moment, in its order."""
        place = request.user_id, request.seq
        attempts = [event.attempt for event in stored]
        require(attempts == sorted(attempts), f"{place}: attempts mixed: {stored}")
        for attempt in set(attempts):
            numbers = [int(event.data) for event in stored if event.attempt == attempt]
            require(numbers == list(range(len(numbers))), f"{place}: attempt {attempt} shows {numbers}")
        if request.status is Status.SUCCEEDED:
            emitted = self.emitted[*place, request.attempts]
            require(attempts.count(request.attempts) == emitted, f"{place}: fewer than {emitted} were stored")

    def _chunks(self, request: Request) -> list[Chunk]:
        notes = [
            note
            for (user_id, key), note in self.tables.notes.items()
            if (user_id, key.seq, key.kind) == (request.user_id, request.seq, NoteKind.EVENT)
        ]
        return sorted(map(chunk_of, notes), key=lambda chunk: chunk.first)
