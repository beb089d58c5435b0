"""What a handler's calls are carried out with. Each is made at its first call: most handlers need none."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

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


def suspended(journal: Journal | None) -> Suspended | None:
    """Whether the handler has gone to sleep, even if it caught what ended its attempt."""
    return journal.calls.suspended if journal and journal.calls else None


def follow_ups(request: Request, handlers: Registry, application: Application) -> Callable[..., Entry]:
    made: list[Callable[..., Entry]] = []

    def new_entry(*args: Any, **kwargs: Any) -> Entry:
        if not made:
            from chalicelib.adapters.runtime.follow_ups import FollowUps

            made.append(FollowUps(request, handlers, application))
        return made[0](*args, **kwargs)

    return new_entry


def durable(journal: Journal | None) -> DurableCalls:
    """What a handler calls to leave notes, made at the first call, on whatever thread that is."""
    from chalicelib.adapters.runtime.durable import DurableCalls, JournalMissingError

    if journal is None:
        raise JournalMissingError
    with _first_call:
        if journal.calls is None:
            journal.calls = DurableCalls(journal)
    calls: DurableCalls = journal.calls
    return calls


def emit_event(
    journal: Journal | None, is_stopping: Callable[[], bool], timed: bool, kind: str, data: Any
) -> None:
    """What takes the events is made for the first one, on whatever thread that is."""
    if journal is None:
        return
    with _first_call:
        if journal.events is None:
            from chalicelib.adapters.runtime.emitting import Emitting

            journal.events = Emitting(journal, is_stopping, timed=timed)
    journal.events(kind, data)
