"""Signals: what somebody tells a request, which its handler waits for."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from chalicelib.core.errors import ConflictError, LostRaceError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.controls import Controls
from chalicelib.core.queueing.notes import Note, NoteKey, NoteKind, NoteStore, kept_until
from chalicelib.core.queueing.request import Request
from chalicelib.core.queueing.waking import send_wake_up


@dataclass(frozen=True, slots=True)
class Signals:
    """Stores a signal, and wakes the request if it waits for it.

    A signal that was accepted is a promise: the handler gets it, whenever it comes to wait for it.
    """

    controls: Controls
    notes: NoteStore
    new_wake_up_id: Callable[[], str] = lambda: uuid4().hex

    def __call__(self, user_id: str, session_id: str | None, seq: int, name: str, payload: str) -> Request:
        """Give a request its one signal of that name. `payload` is JSON; the same again is harmless.

        Raises NotFoundError, UnauthenticatedError, and ConflictError if the request has ended, or has got
        that signal with another payload.
        """
        request = self._marked(user_id, session_id, seq)
        self._store(request, name, payload)
        log_event("signal given", user=user_id, seq=seq, signal=name)
        return self._wake(request, name)

    def _marked(self, user_id: str, session_id: str | None, seq: int) -> Request:
        requests = self.controls.requests
        while True:
            _, request = self.controls.find(user_id, session_id, seq)
            if request.settled:
                raise _ended(request)
            if request.noted:
                return request
            try:
                return requests.mark_noted(request)
            except LostRaceError:
                continue  # it was begun, or has ended

    def _store(self, request: Request, name: str, payload: str) -> None:
        key = NoteKey(request.seq, NoteKind.SIGNAL, name)
        try:
            self.notes.add(request.user_id, Note(key, payload, kept_until(self.controls.clock.now())))
        except LostRaceError:
            found = self.notes.get(request.user_id, key)
            if found is None:  # it was deleted, together with all signals of a request that has ended
                raise _ended(request) from None
            if found.text != payload:
                message = f"Request {request.seq} has got another signal {name!r}."
                raise ConflictError(message, code="signal_given") from None

    def _wake(self, request: Request, name: str) -> Request:
        """Read it again: it may have come to wait, or have ended, while the signal was stored."""
        requests, queues = self.controls.requests, self.controls.queues
        found = requests.get(request.user_id, request.seq) or request
        if found.settled:  # its signals may have been deleted before this one was stored
            self.notes.delete(request.user_id, [NoteKey(request.seq, NoteKind.SIGNAL, name)])
        if found.awaits != name or found.settled:
            return found
        try:
            found = requests.wake(found)
        except LostRaceError:
            log_event(
                "request changed since", user=request.user_id, seq=request.seq
            )  # whoever begins it looks
        queue = queues.get(request.user_id)
        if queue is not None:
            send_wake_up(self.controls.wake_ups, queue, self.new_wake_up_id())
        return found


def _ended(request: Request) -> ConflictError:
    return ConflictError(f"Request {request.seq} has ended: it cannot get a signal.", code="request_ended")
