"""One attempt at a request, in a history."""

from dataclasses import dataclass

from chalicelib.core.queueing.attempt import Ran
from chalicelib.core.queueing.request import Request
from chalicelib.core.time import Millis
from tests.simulation.beats import Beats


@dataclass(slots=True)
class Execution:
    request: Request
    started: Millis
    stood_still: bool = False  # so that it may last beyond its deadline
    until: Millis | None = None  # while it takes steps: it is ended by force then, also in a call that hangs
    watched_from: Millis = 0  # before, it takes steps and emits: only the rest of it can be interrupted
    beats: Beats | None = None
    ended: Millis = 0
    ran: Ran | None = None

    @property
    def is_dead(self) -> bool:
        """Whether its process was ended beside it, also if a call that it is in has yet to return."""
        return self.beats is not None and self.beats.killed_at is not None

    @property
    def attempt(self) -> tuple[str, int, int]:
        return self.request.user_id, self.request.seq, self.request.attempts
