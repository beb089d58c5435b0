"""Handlers with steps, and what must hold of their results."""

from dataclasses import dataclass, field

from chalicelib.adapters.memory.tables import MemoryTables
from chalicelib.adapters.runtime.durable import DurableCalls, SupersededError
from chalicelib.core.errors import UnavailableError
from chalicelib.core.queueing.journal import Journal
from chalicelib.core.queueing.notes import NoteKey, NoteKind
from chalicelib.core.queueing.request import Failure, Request
from tests.simulation.history import Violation
from tests.simulation.scheduler import Scheduler

NAMES = ("reserve", "charge", "send")


@dataclass(slots=True)
class Steps:
    """Those of all requests of a history."""

    scheduler: Scheduler
    tables: MemoryTables
    _results: dict[tuple[str, NoteKey], str] = field(default_factory=dict)  # as an attempt has got them

    def take(self, journal: Journal, until: int) -> Failure | None:
        """Take the steps of one attempt, which has time until that moment. Why it fails, if it does."""
        calls = DurableCalls(journal)
        try:
            for name in NAMES:
                result = calls.step(name, lambda name=name: self._start(journal.running, name), str)
                if self.scheduler.now > until:
                    break
                self._check(journal.running, name, result)
        except SupersededError:
            return Failure("timeout", "Another attempt has begun.")
        except UnavailableError:
            return Failure("error", "The handler raised UnavailableError.")
        return Failure("timeout", "It took too long.") if self.scheduler.now > until else None

    def _start(self, request: Request, name: str) -> str:
        """The function of a step. Only an attempt that was given up may not know what is stored."""
        if self._is_current(request) and self._stored(request, name) is not None:
            raise Violation(f"step {name} of {request.seq} was started again, and its result is stored")
        return f"{name} by {request.attempt_token}"

    def _check(self, request: Request, name: str, result: str) -> None:
        """Every attempt gets the same result, which is the stored one."""
        place = request.user_id, _key(request, name)
        if self._results.setdefault(place, result) != result:
            raise Violation(f"two attempts at {request.seq} got different results of step {name}")
        if self._is_current(request) and self._stored(request, name) != f'"{result}"':
            raise Violation(f"an attempt at {request.seq} got a result of step {name} that is not stored")

    def _is_current(self, request: Request) -> bool:
        stored = self.tables.requests.get(request.user_id, {}).get(request.seq)
        return stored is not None and stored.attempt_token == request.attempt_token and not stored.settled

    def _stored(self, request: Request, name: str) -> str | None:
        note = self.tables.notes.get((request.user_id, _key(request, name)))
        return note.text if note else None

    def check_left(self, gone: set[str]) -> None:
        """Nothing is left of the steps of requests that have ended, once the head has passed them."""
        left = [place for place in self.tables.notes if place[0] not in gone]
        if left:
            raise Violation(f"the steps {left} were left")


def _key(request: Request, name: str) -> NoteKey:
    return NoteKey(request.seq, NoteKind.STEP, name)
