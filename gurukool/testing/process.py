"""The worker's process as a test sees it: what it does to the world, in order, and where it ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from chalicelib.adapters.runtime.time_limit import AttemptEndedError
from gurukool.testing.places import Place


class CrashError(AttemptEndedError):
    """The worker's process ends here. A handler that catches it is ended at its next call all the same."""


class Kind(Enum):
    LOG = auto()  # the core writes how far the request is
    EFFECT = auto()  # the handler notes an effect; it is written together with the outcome
    TABLE = auto()  # the handler writes to a table by itself
    CALL = auto()  # the handler calls something outside
    CRASH = auto()


@dataclass(frozen=True, slots=True)
class Event:
    """Something that has happened."""

    kind: Kind
    name: str  # of the same call with whatever arguments
    text: str
    place: Place | None = None  # in the handler's code


CRASH = Event(Kind.CRASH, "crash", "the process ends here")
_inside: ContextVar[bool] = ContextVar("inside", default=False)
"""Whether something is happening already: what belongs to it is no event of its own."""


class Process:
    """The processes of one history: the first ends at its `end_at`th point, the next ones at none.

    A point is a moment before or after an event.
    """

    def __init__(self, end_at: int = 0) -> None:
        """With 0 no process ends."""
        self.events: list[Event] = []
        self.points = 0  # so many have been passed
        self.is_dead = False
        self.answers: dict[Any, Any] = {}  # that services outside remember, by idempotency key
        self.unwatched: dict[str, str] = {}  # classes that a handler got from watched objects, and from which
        self._end_at = end_at

    @contextmanager
    def happening(self, event: Event) -> Iterator[None]:
        """The block does what the event says; if it raises, the event has not happened.

        Raises CrashError, before the block or after it.
        """
        if _inside.get():
            yield
            return
        self._pass()
        token = _inside.set(True)
        try:
            yield
        finally:
            _inside.reset(token)
        self.events.append(event)
        self._pass()

    def note(self, event: Event) -> None:
        """Something happens where no process may end: a library would leave its connections open."""
        if not (_inside.get() or self.is_dead):
            self.events.append(event)

    def restart(self) -> None:
        """A new process goes on from what is stored."""
        self.is_dead = False

    def _pass(self) -> None:
        if not self.is_dead:
            self.points += 1
            if self.points != self._end_at:
                return
            self.is_dead = True
            self.events.append(CRASH)
        raise CrashError


_running: Process | None = None


@contextmanager
def running(process: Process) -> Iterator[None]:
    """In the block, a handler runs in this process."""
    global _running  # noqa: PLW0603  (a handler runs on the main thread, and what it calls may use others)
    before, _running = _running, process
    try:
        yield
    finally:
        _running = before


def running_process() -> Process | None:
    """The process in which a handler runs now, on whatever thread this is asked."""
    return _running
