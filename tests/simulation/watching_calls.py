"""Calls of those who watch the events of a request."""

from typing import Any

from chalicelib.core.errors import UnavailableError
from chalicelib.core.queueing.event_watch import EventPage
from chalicelib.core.queueing.events import Event
from chalicelib.core.queueing.queue import Queue
from tests.simulation.caller import Caller
from tests.simulation.records import User

AGAIN = 12  # times a watcher asks at most


class WatchingCalls(Caller):
    """Two watchers of each request, which keep their places apart, and ask again from there."""

    def _events(self, user: User, kind: str) -> Any:
        queue = self.queue(user.id) or Queue(user.id, room=0, limit=0)
        seq = max(1, queue.head + self.rng.choice((0, 1, 1, 2)))
        return self._watching(user, (seq, self.rng.choice("lr")), AGAIN)

    def _watching(self, user: User, watcher: tuple[int, str], times: int) -> Any:
        call = self._call(user, "events", asked=watcher)
        seq, after = watcher[0], user.places.get(watcher, 0)
        room = iter(range(self.rng.choice((1, 3, 100))))
        wait, pause = self.rng.choice((0, 0, 0.5, 3)), self.rng.randrange(2_000)

        def fits(_: Event) -> bool:
            return next(room, None) is not None

        def do() -> EventPage:
            try:
                page = self.api.events(user.id, call.session_id, seq, after, fits, wait)
            except UnavailableError:
                again()
                raise
            if self.emitters:
                self.emitters.watched(user.id, seq, after, page)
            user.places[watcher] = max(page.after, user.places.get(watcher, 0))
            if not page.ended:
                again()
            return page

        def again() -> None:
            if times > 1:
                self.scheduler.after(pause, lambda: self._start(*self._watching(user, watcher, times - 1)))

        return call, do
