"""Readers that keep their own place, calls that wait, and what must hold of both."""

from dataclasses import dataclass, field

from chalicelib.core.queueing.pages import Page
from chalicelib.core.queueing.request import Status
from chalicelib.core.queueing.waits import SLOTS
from chalicelib.core.time import Millis
from tests.fakes.accounts import FakeSessions
from tests.simulation.history import Violation
from tests.simulation.large import check_handed_out


@dataclass(slots=True)
class Reader:
    """One of a user's clients, which reads all outcomes and never dequeues."""

    place: int = 0
    seen: list[int] = field(default_factory=list)

    def take(self, after: int, page: Page) -> None:
        """The answer to a question about what comes after that number."""
        if after == self.place:  # else another answer has come before
            self.seen += [request.seq for request in page.requests]
            for request in page.requests:
                if request.status is Status.SUCCEEDED:
                    check_handed_out(request)
            self.place = page.after


class WatchedSessions(FakeSessions):
    """Sees to it that no session ever has more waiting calls than slots."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: dict[str, list[Millis]] = {}  # by session: until when each of its waiting calls waits

    def occupy(self, session_id: str, slot: int, until: Millis, now: Millis) -> None:
        super().occupy(session_id, slot, until, now)
        waiting = [moment for moment in self._waiting.get(session_id, []) if moment > now]
        if len(waiting) >= len(SLOTS):
            raise Violation(f"session {session_id} waits {len(waiting) + 1} times at once")
        self._waiting[session_id] = [*waiting, until]

    def vacate(self, session_id: str, slot: int, until: Millis) -> None:
        super().vacate(session_id, slot, until)
        if until in self._waiting.get(session_id, []):
            self._waiting[session_id].remove(until)
