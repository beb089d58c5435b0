"""The calls of a running handler that leave something behind: steps."""

import inspect
from collections.abc import Awaitable, Callable
from functools import cached_property
from typing import Any

from chalicelib.adapters.json.codec import decode
from chalicelib.adapters.runtime.results import result_json
from chalicelib.adapters.runtime.time_limit import AttemptEndedError
from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.handler import TYPE
from chalicelib.core.queueing.journal import Journal
from chalicelib.core.queueing.notes import NoteKind


class JournalMissingError(RuntimeError):
    """The handler runs where nothing can be stored."""

    def __init__(self) -> None:
        super().__init__("This handler runs where nothing can be stored: it has no steps.")


class SupersededError(AttemptEndedError):
    """Another attempt has begun: this one was taken for crashed, and can write nothing any more."""


class DurableCalls:
    """Of one attempt."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self._used: set[str] = set()

    @cached_property
    def _stored(self) -> dict[str, str]:
        """The results that earlier attempts have stored, read at the first step."""
        return {note.key.name: note.text for note in self.journal.list(NoteKind.STEP)}

    def step(self, name: str, function: Callable[[], Any], type_: Any) -> Any:
        wanted = type_ or _annotated(function)
        text = self._known(name)
        if text is None:
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
            text = self._store(name, await function())
        return decode(text, wanted, under=name)

    def _known(self, name: str) -> str | None:
        """What is stored for this step. Raises ValueError."""
        if not isinstance(name, str) or not TYPE.fullmatch(name):
            raise ValueError(
                f"{name!r:.100} cannot be the name of a step: "
                "a name has 1 to 64 characters of A-Z a-z 0-9 . _ - and begins with a letter or digit."
            )
        if name in self._used:
            raise ValueError(
                f"There were two steps named {name!r} in one attempt: each needs a name of its own."
            )
        self._used.add(name)
        return self._stored.get(name)

    def _store(self, name: str, returned: Any) -> str:
        """What is stored then: an attempt that was taken for crashed may have been first."""
        text = result_json(returned)
        try:
            return self.journal.add(NoteKind.STEP, name, text).text
        except LostRaceError as error:
            raise SupersededError from error


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
