"""The calls of a running handler that leave something behind: steps, sleeps and waits for signals."""

import inspect
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from chalicelib.adapters.json.codec import decode
from chalicelib.adapters.runtime.results import RESULT_LIMIT, json_text
from chalicelib.adapters.runtime.time_limit import AttemptEndedError
from chalicelib.adapters.runtime.tracing import part
from chalicelib.core.errors import InvalidInputError, LostRaceError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.handler import TYPE
from chalicelib.core.queueing.journal import Journal
from chalicelib.core.queueing.notes import NoteKind
from chalicelib.core.queueing.policy import HandlerError, InvalidSignalError, SignalTimeoutError
from chalicelib.core.queueing.request import LONGEST_DELAY_MS
from chalicelib.core.queueing.suspending import Suspended

SHORT_WAIT_MS = 500  # a sleep of this long is slept through
# Notes of `wait_for`; no step of a handler has such a name.
UNTIL, DECIDED = "until:", "decided:"
COME, TIMED_OUT = '"come"', '"timed out"'


class JournalMissingError(RuntimeError):
    """The handler runs where nothing can be stored."""

    def __init__(self) -> None:
        super().__init__("This handler runs where nothing can be stored: it has no steps.")


class SupersededError(AttemptEndedError):
    """Another attempt has begun: this one was taken for crashed, and can write nothing any more."""


class SuspendError(AttemptEndedError):
    """The handler sleeps, or waits for a signal: this attempt has ended."""


class DurableCalls:
    """Of one attempt."""

    suspended: Suspended | None = None  # since the handler sleeps

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self._used: set[str] = set()
        self._is_over = False

    def end(self) -> None:
        """The attempt has ended: what its handler has left behind on other threads may add nothing to it.

        A note that was stored after the request's outcome would be kept for more than a year.
        """
        self._is_over = True

    @cached_property
    def _stored(self) -> dict[str, str]:
        """The results that earlier attempts have stored, read at the first step."""
        return {note.key.name: note.text for note in self.journal.list(NoteKind.STEP)}

    def step(self, name: str, function: Callable[[], Any], type_: Any) -> Any:
        wanted = type_ or _annotated(function)
        text = self._known(name)
        if text is None:
            with part(f"step {name}"):
                returned = function()
            if inspect.isawaitable(returned):
                _close(returned)
                raise TypeError(
                    f"The function of step {name!r} is `async def`: use `await request.step_async`."
                )
            text = self._store(name, returned)
        return decode(text, wanted, under=name)

    async def step_async(self, name: str, function: Callable[[], Awaitable[Any]], type_: Any) -> Any:
        wanted = type_ or _annotated(function)
        text = self._known(name)
        if text is None:
            with part(f"step {name}"):
                returned = await function()
            text = self._store(name, returned)
        return decode(text, wanted, under=name)

    def sleep(self, seconds: float, name: str) -> None:
        stored = self._known(name) or self._until(name, seconds)
        self._suspend(int(stored), "")

    def wait_for(self, signal: str, timeout: float, type_: Any) -> Any:
        _require_name(signal, "signal")
        self._raise_if_over()
        with _unless_superseded():
            self.journal.mark()  # a signal may have marked the request since this attempt began
        decided = self._stored.get(DECIDED + signal) or self._decide(signal, timeout)
        note = self.journal.get(NoteKind.SIGNAL, signal)
        if decided == TIMED_OUT or note is None:
            raise SignalTimeoutError(f"The signal {signal!r} has not come in time.")
        try:
            return decode(note.text, type_, under=signal)
        except InvalidInputError as error:
            raise InvalidSignalError(f"The signal {signal!r} does not fit: {error}") from error

    def _decide(self, signal: str, timeout: float) -> str:
        """Whether the signal has come or the time is up; which of both it was is stored."""
        if self.journal.get(NoteKind.SIGNAL, signal):
            return self._add(DECIDED + signal, COME)
        key = UNTIL + signal
        until = int(self._stored.get(key) or self._until(key, timeout))
        if until > self.journal.now():
            self._suspend(until, signal)
        return self._add(DECIDED + signal, TIMED_OUT)

    def _until(self, name: str, seconds: float) -> str:
        """Store the moment at which it is over."""
        if not 0 <= seconds * 1000 <= LONGEST_DELAY_MS:  # also for what is no number
            raise ValueError(f"{seconds!r} cannot be a time to wait: at least 0 and at most 366 days.")
        return self._add(name, str(self.journal.now() + round(seconds * 1000)))

    def _suspend(self, until: int, awaits: str) -> None:
        left = until - self.journal.now()
        if not awaits and left <= SHORT_WAIT_MS:
            return self.journal.sleep(max(0, left) / 1000)  # another attempt would cost more
        self.suspended = Suspended(until, awaits)
        raise SuspendError

    def _known(self, name: str) -> str | None:
        """What is stored for this step. Raises ValueError and AttemptEndedError."""
        _require_name(name, "step")
        if name in self._used:
            raise ValueError(
                f"There were two steps named {name!r} in one attempt: each needs a name of its own."
            )
        self._used.add(name)
        stored = self._stored.get(name)
        self._raise_if_over()
        return stored

    def _store(self, name: str, returned: Any) -> str:
        """What is stored then: an attempt that was taken for crashed may have been first.

        The function has been called: the author must learn of it if that cannot be stored. Raises what
        `json_text` does.
        """
        try:
            text = json_text(returned, f"result of step {name!r}", RESULT_LIMIT)
        except HandlerError as error:
            log_event("step not stored", level=logging.ERROR, step=name, exception=error)
            raise
        return self._add(name, text)

    def _add(self, name: str, text: str) -> str:
        self._raise_if_over()
        with _unless_superseded():
            return self.journal.add(NoteKind.STEP, name, text).text

    def _raise_if_over(self) -> None:
        if self._is_over:
            raise AttemptEndedError


@contextmanager
def _unless_superseded() -> Iterator[None]:
    try:
        yield
    except LostRaceError as error:
        raise SupersededError from error


def _require_name(name: object, what: str) -> None:
    """Raises ValueError."""
    if not isinstance(name, str) or not TYPE.fullmatch(name):
        raise ValueError(
            f"{name!r:.100} cannot be the name of a {what}: "
            "a name has 1 to 64 characters of A-Z a-z 0-9 . _ - and begins with a letter or digit."
        )


def _annotated(function: Callable[[], Any]) -> Any:
    """The type that the function's annotation says; Any if it has none, as a lambda."""
    try:
        hints = inspect.get_annotations(inspect.unwrap(function), eval_str=True)
    except (TypeError, NameError):
        return Any
    return hints.get("return", Any)


def _close(awaitable: Any) -> None:
    """So that Python does not warn about it."""
    if inspect.iscoroutine(awaitable):
        awaitable.close()
