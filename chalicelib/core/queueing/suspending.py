"""Attempts that end without counting as one, because their handler sleeps or waits for a signal."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from chalicelib.core.queueing.steps import Wait

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.core.queueing.notes import NoteStore
    from chalicelib.core.queueing.request import Request
    from chalicelib.core.queueing.request_store import RequestStore
    from chalicelib.core.time import Clock, Millis


class Suspended(NamedTuple):
    """The handler sleeps, or waits for a signal: the attempt ends without counting as one."""

    until: Millis
    awaits: str  # the signal's name; "": it sleeps


def wait_for(request: Request, requests: RequestStore, notes: Callable[[], NoteStore], clock: Clock) -> Wait:
    """For the moment at which the request is due. A signal that is there already wakes it.

    Whoever sends a signal stores it first and then looks whether it is awaited, and a worker looks for it
    after it has written that it is awaited: one of both sees the other. Raises LostRaceError.
    """
    if not request.awaits:
        return Wait(request.due)
    from chalicelib.core.queueing.notes import (
        NoteKey,
        NoteKind,
    )  # only requests that wait for signals need it

    if notes().get(request.user_id, NoteKey(request.seq, NoteKind.SIGNAL, request.awaits)) is None:
        return Wait(request.due, for_signal=True)
    requests.wake(request)
    return Wait(clock.now())
