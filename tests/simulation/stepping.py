"""Handlers with steps, and what must hold of their results."""

from dataclasses import dataclass, field
from functools import partial
from zlib import crc32

from chalicelib.adapters.memory.tables import MemoryTables
from chalicelib.adapters.runtime.durable import DECIDED, DurableCalls, SupersededError, SuspendError
from chalicelib.core.errors import UnavailableError
from chalicelib.core.queueing.journal import Journal
from chalicelib.core.queueing.notes import NoteKey, NoteKind
from chalicelib.core.queueing.policy import SignalTimeoutError
from chalicelib.core.queueing.request import Failure, Request
from chalicelib.core.queueing.suspending import Suspended
from chalicelib.core.time import Millis
from tests.simulation.history import Violation
from tests.simulation.scheduler import Scheduler

NAMES = ("reserve", "charge", "send")
SLEEPS = (0.2, 20, 70)  # seconds
SIGNAL, SIGNAL_S = "go", 600
SEEN_MS = 5_000
type Place = tuple[str, NoteKey]  # of a note: user and key


@dataclass(slots=True)
class Steps:
    """Those of all requests of a history."""

    scheduler: Scheduler
    tables: MemoryTables
    waits: bool  # whether some wait for signals: only the sweeper notices that one has not come in time
    is_prompt: bool  # whether every process does at once what it has to
    given: dict[tuple[str, int], int] = field(default_factory=dict)  # when a signal was first answered
    _results: dict[Place, str] = field(default_factory=dict)  # as an attempt has got them
    _stored_at: dict[Place, Millis] = field(default_factory=dict)  # of the notes that are stored now
    _late: set[Place] = field(default_factory=set)  # notes that were stored after their request had ended

    def notice(self) -> None:
        """After somebody has done something."""
        notes = self.tables.notes
        if notes.keys() == self._stored_at.keys():
            return
        for place in self._stored_at.keys() - notes.keys():
            del self._stored_at[place]
        for place in notes.keys() - self._stored_at.keys():
            self._stored_at[place] = self.scheduler.now
            request = self.tables.requests.get(place[0], {}).get(place[1].seq)
            if request is None or request.settled:
                self._late.add(place)

    def take(self, journal: Journal, until: int) -> Failure | Suspended | None:
        """Take the steps of one attempt, which has time until that moment. What ends it, if they do."""
        calls, began = DurableCalls(journal), self.scheduler.now
        try:
            for name in NAMES:
                result = calls.step(name, partial(self._start, journal.running, name, began), str)
                if self.scheduler.now > until:
                    break
                self._check(journal.running, name, result)
                if name == "reserve":
                    self._rest(calls, began)
        except SuspendError:
            return calls.suspended
        except SupersededError:
            return Failure("timeout", "Another attempt has begun.")
        except UnavailableError:
            return Failure("error", "The handler raised UnavailableError.")
        return Failure("timeout", "It took too long.") if self.scheduler.now > until else None

    def _rest(self, calls: DurableCalls, began: int) -> None:
        """Some sleep, and some wait for a signal."""
        lot = crc32(calls.journal.running.payload.encode()) // 3 % 8
        if lot < len(SLEEPS):
            calls.sleep(SLEEPS[lot], "sleep")
        elif lot == len(SLEEPS) and self.waits:
            self._wait_for_signal(calls, began)

    def _wait_for_signal(self, calls: DurableCalls, began: int) -> None:
        request = calls.journal.running
        decided = self._stored(request, DECIDED + SIGNAL)
        given = self.given.get((request.user_id, request.seq))
        try:
            got = calls.wait_for(SIGNAL, SIGNAL_S, str)
        except SignalTimeoutError:
            missed = decided is None and given is not None and given < began
            if missed and self._is_current(request):
                raise Violation(f"a signal to {request.seq} was answered and is lost") from None
        else:
            self._check_signal(request, got)

    def _check_signal(self, request: Request, got: str) -> None:
        note = self.tables.notes.get((request.user_id, NoteKey(request.seq, NoteKind.SIGNAL, SIGNAL)))
        if self._is_current(request) and (note is None or note.text != f'"{got}"'):
            raise Violation(f"{request.seq} got a signal that nobody has given")

    def note_given(self, user_id: str, seq: int) -> None:
        """A signal was answered: soon, nobody waits for it any more."""
        self.given.setdefault((user_id, seq), self.scheduler.now)
        if self.is_prompt:
            self.scheduler.after(SEEN_MS, lambda: self._check_seen(user_id, seq))

    def _check_seen(self, user_id: str, seq: int) -> None:
        request = self.tables.requests.get(user_id, {}).get(seq)
        if request is not None and request.awaits == SIGNAL and not request.settled:
            raise Violation(f"{seq} still waits for a signal that was given")

    def _start(self, request: Request, name: str, began: int) -> str:
        """The function of a step. Only an attempt that was given up may not know what is stored.

        Or the current one, if such an attempt has stored it after this one has begun.
        """
        stored_at = self._stored_at.get((request.user_id, _key(request, name)))
        if stored_at is not None and stored_at < began and self._is_current(request):
            raise Violation(f"step {name} of {request.seq} was started again, and its result is stored")
        return f"{name} by {request.attempt_token}"

    def _check(self, request: Request, name: str, result: str) -> None:
        """Every attempt gets the same result, which is the stored one.

        But one that was given up may go on when the steps are deleted already; it decides nothing.
        """
        if not self._is_current(request):
            return
        place = request.user_id, _key(request, name)
        if self._results.setdefault(place, result) != result:
            raise Violation(f"two attempts at {request.seq} got different results of step {name}")
        if self._stored(request, name) != f'"{result}"':
            raise Violation(f"{request.seq} got a result of step {name} that is not stored")

    def _is_current(self, request: Request) -> bool:
        stored = self.tables.requests.get(request.user_id, {}).get(request.seq)
        return stored is not None and stored.attempt_token == request.attempt_token and not stored.settled

    def _stored(self, request: Request, name: str) -> str | None:
        note = self.tables.notes.get((request.user_id, _key(request, name)))
        return note.text if note else None

    def check_left(self, gone: set[str]) -> None:
        """Nothing is left of the steps of requests that have ended, once the head has passed them.

        But a note that was stored later than that, by an attempt that was given up or a call that crashed,
        stays until it expires.
        """
        notes = [place for place in self.tables.notes if place[1].kind is not NoteKind.EVENT]
        left = [place for place in notes if place[0] not in gone and place not in self._late]
        if left:
            raise Violation(f"the steps {left} were left")


def _key(request: Request, name: str) -> NoteKey:
    return NoteKey(request.seq, NoteKind.STEP, name)
