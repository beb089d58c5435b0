"""What a handler's calls are carried out with. Each is made at its first call: most handlers need none."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

from chalicelib.adapters.runtime.time_limit import AttemptEndedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.adapters.runtime.durable import DurableCalls
    from chalicelib.core.queueing.application import Application
    from chalicelib.core.queueing.entry import Entry
    from chalicelib.core.queueing.journal import Journal
    from chalicelib.core.queueing.registry import Registry
    from chalicelib.core.queueing.request import Request
    from chalicelib.core.queueing.suspending import Suspended

_first_call = threading.Lock()  # a handler may make its first calls on several threads at once
_ENDED: Final = object()  # the calls of an attempt that has ended


def suspended(journal: Journal | None) -> Suspended | None:
    """Whether the handler has gone to sleep, even if it caught what ended its attempt."""
    return journal.calls.suspended if journal and journal.calls else None


def end_calls(journal: Journal | None) -> None:
    """The attempt has ended. Threads of its handler that go on begin and store nothing any more.

    Their next step raises AttemptEndedError, which a loop with `except Exception` does not catch.
    """
    if journal is None:
        return
    with _first_call:
        calls, journal.calls = journal.calls, _ENDED
    if calls is not None:
        calls.end()


def follow_ups(request: Request, handlers: Registry, application: Application) -> Callable[..., Entry]:
    made: list[Callable[..., Entry]] = []

    def new_entry(*args: Any, **kwargs: Any) -> Entry:
        if not made:
            from chalicelib.adapters.runtime.follow_ups import FollowUps

            made.append(FollowUps(request, handlers, application))
        return made[0](*args, **kwargs)

    return new_entry


def durable(journal: Journal | None) -> DurableCalls:
    """What a handler calls to leave notes, made at the first call, on whatever thread that is.

    Raises JournalMissingError and AttemptEndedError.
    """
    from chalicelib.adapters.runtime.durable import DurableCalls, JournalMissingError

    if journal is None:
        raise JournalMissingError
    with _first_call:
        if journal.calls is None:
            journal.calls = DurableCalls(journal)
        if journal.calls is _ENDED:
            raise AttemptEndedError
        calls: DurableCalls = journal.calls
    return calls


def emit_event(
    journal: Journal | None, is_stopping: Callable[[], bool], timed: bool, kind: str, data: Any
) -> None:
    """What takes the events is made for the first one, on whatever thread that is.

    Raises RuntimeError if the attempt has ended, and what `Emitting` raises.
    """
    if journal is None:
        return
    with _first_call:
        if journal.events is None:
            from chalicelib.adapters.runtime.emitting import Emitting, EventsEndedError

            if journal.calls is _ENDED:
                raise EventsEndedError
            journal.events = Emitting(journal, is_stopping, timed=timed)
    journal.events(kind, data)
