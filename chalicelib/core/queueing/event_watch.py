"""Reading the events of a request, also while its handler runs."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.core.errors import NotFoundError
from chalicelib.core.queueing import events
from chalicelib.core.queueing.access import waiter
from chalicelib.core.queueing.events import Chunk, Event, chunk_name, chunk_of
from chalicelib.core.queueing.notes import NoteKind, NoteStore
from chalicelib.core.queueing.request import Request, Status
from chalicelib.core.queueing.watch import LOOK_MS, Watch

if TYPE_CHECKING:
    from chalicelib.core.time import Millis


class EventPage(NamedTuple):
    """Some events of a request, without gaps."""

    events: Sequence[Event]
    ended: bool  # there are none after these, and never will be
    after: int  # the number to go on after


@dataclass(frozen=True, slots=True)
class EventWatch:
    """Shows events in the order of their numbers: the same to everybody, however often they ask."""

    watch: Watch
    notes: NoteStore

    def __call__(  # noqa: PLR0917
        self,
        user_id: str,
        session_id: str,
        seq: int,
        after: int,
        fits: Callable[[Event], bool],
        wait: float = 0,
    ) -> EventPage:
        """The events with numbers above `after`: at least one, or none within `wait` seconds.

        `fits` is asked for each in order; the first one is taken in any case. Raises UnauthenticatedError,
        and NotFoundError if there is no such request.
        """
        watched = _WatchedEvents(self, user_id, session_id, seq, after, fits)
        self.watch.waits(waiter(user_id, session_id), wait, watched.look)
        return watched.page


class _WatchedEvents:
    """Events that a call waits for.

    The first look reads the queue, which has the session, and the request. Further looks read what follows in
    the chain, and the request only while it has no events: it may end without any.
    """

    def __init__(  # noqa: PLR0917
        self,
        ports: EventWatch,
        user_id: str,
        session_id: str,
        seq: int,
        after: int,
        fits: Callable[[Event], bool],
    ) -> None:
        self._ports = ports
        self._user = user_id, session_id
        self._seq = seq
        self._after = after
        self._fits = fits
        self._request: Request | None = None
        self._read_at: Millis = 0
        self._place: int | None = None  # the last event of the chunk after which the next look begins
        self.page = EventPage((), ended=False, after=after)

    def look(self) -> bool | None:
        """True once there is nothing more to wait for."""
        request = self._request_now()
        if request.settled and not request.eventful:  # and nobody can mark it any more
            self.page = EventPage((), ended=True, after=self._after)
            return True
        self.page = self._read()
        return True if self.page.events or self.page.ended else None

    def _request_now(self) -> Request:
        """As it is, or as it was if that tells as much."""
        now = self._ports.watch.clock.now()
        if self._request is None or (not self._request.eventful and now - self._read_at >= LOOK_MS):
            first = self._request is None
            self._request = self._find(is_first=first)
            self._read_at = now
        return self._request

    def _find(self, *, is_first: bool) -> Request:
        watch, (user_id, _) = self._ports.watch, self._user
        queue = watch.queue_of(*self._user) if is_first else None
        there = queue is None or queue.floor < self._seq <= queue.tail
        request = watch.requests.get(user_id, self._seq) if there else None
        if request is None or request.status is Status.VOID:
            raise NotFoundError(f"There is no request {self._seq}.")
        return request

    def _read(self) -> EventPage:
        shown = list[Event]()
        for chunk in self._chunks():
            if chunk.is_end:
                return EventPage(shown, ended=True, after=self._last(shown))
            for event in chunk.events:
                if event.n > self._after:
                    if not self._fits(event) and shown:
                        return EventPage(shown, ended=False, after=self._last(shown))
                    shown.append(event)
        return EventPage(shown, ended=False, after=self._last(shown))

    def _last(self, shown: Sequence[Event]) -> int:
        return shown[-1].n if shown else self._after

    def _chunks(self) -> Iterator[Chunk]:
        """One page of those that may have events after the number that was asked for."""
        place = self._after if self._place is None else self._place
        page = self._ports.notes.list(self._user[0], self._seq, NoteKind.EVENT, events.after(place))
        found = map(chunk_of, page)
        following = next(found, None)
        if self._place is None and (following is None or following.first > place + 1):
            containing = self._containing(place)
            self._place = min(place, containing.last) if containing else 0
            if containing:
                yield containing
        if following:
            yield from chain([following], found)

    def _containing(self, place: int) -> Chunk | None:
        """The last chunk that does not begin after that number, which may be in the middle of it."""
        key = self._user[0], self._seq, NoteKind.EVENT
        note = self._ports.notes.last(*key, at_most=chunk_name(place)) if place else None
        return chunk_of(note) if note else None
