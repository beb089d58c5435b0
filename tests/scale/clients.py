"""The users of the sample: they come and go, send requests while they are there, and read outcomes."""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from chalicelib.core.errors import TooManyError, UnavailableError
from chalicelib.core.queueing.looks import FAR_MS, NEAR_MS
from tests.scale.account import Refused
from tests.scale.limits import REFUSAL_MS, TIMED_OUT_MS
from tests.scale.world import World, work

if TYPE_CHECKING:
    from tests.scale.scenarios import Scenario

HANDLER_MS = 40  # median; with the spread, the mean is 66
HANDLER_SPREAD = 1.0  # sigma of the logarithm
LONGEST_MS = 4_500
WITH_EFFECTS = 0.01  # of all requests
TRIES = 10
LONGEST_PAUSE_S = 30
LOOK_AFTER_MS = 2_000  # after an enqueue; the next looks come after twice the time
LONGEST_LOOK_MS = 60_000
TICK_MS = 10_000  # between two moments at which users may come or go


class Clients:
    """All users of the sample."""

    def __init__(self, world: World, scenario: "Scenario", count: int, rng: Random) -> None:
        self._world = world
        self._scenario = scenario
        self._rng = rng
        self.users = [f"{number:032x}" for number in range(1, count + 1)]
        self._active: dict[str, int] = {}  # user: which stay this is
        self._stays = 0
        self.is_over = False
        for user_id in self.users:
            world.add_user(user_id)

    def start(self) -> None:
        share = self._scenario.active_share(0)
        for user_id in self.users:
            if self._rng.random() < share:
                self._come(user_id)
                self._were_there(user_id)
        self._world.scheduler.after(TICK_MS, lambda: self._tick(0))

    def _were_there(self, user_id: str) -> None:
        """Up to a minute ago: their queues are due at some moment of the next one."""
        tables, now = self._world.store.tables, self._world.scheduler.now
        moment = now + NEAR_MS + self._rng.randrange(FAR_MS - NEAR_MS)
        tables.put(replace(tables.queues[user_id], look_at=moment))

    def _tick(self, second: float) -> None:
        if self.is_over:
            return
        comes, goes = self._scenario.comings_and_goings(second, TICK_MS / 1000)
        for user_id in self.users:
            if user_id in self._active:
                if self._rng.random() < goes:
                    del self._active[user_id]
            elif self._rng.random() < comes:
                self._come(user_id)
        self._world.scheduler.after(TICK_MS, lambda: self._tick(second + TICK_MS / 1000))

    def _come(self, user_id: str) -> None:
        self._stays += 1
        self._active[user_id] = self._stays
        self._send_later(user_id, self._stays)

    def _send_later(self, user_id: str, stay: int) -> None:
        gap = self._rng.expovariate(1 / self._scenario.gap_s)
        self._world.scheduler.after(round(gap * 1000), lambda: self._send(user_id, stay))

    def _send(self, user_id: str, stay: int) -> None:
        if self._active.get(user_id) != stay or self.is_over:
            return
        self._world.scheduler.spawn("client", lambda: self._request(user_id))
        self._send_later(user_id, stay)

    def _request(self, user_id: str) -> None:
        """Send a request, and read an outcome."""
        world = self._world
        world.meter.add("requests")
        ms = min(LONGEST_MS, round(self._rng.lognormvariate(0, HANDLER_SPREAD) * HANDLER_MS))
        asked = work(ms, "book" if self._rng.random() < WITH_EFFECTS else "work")
        if self._call(lambda: world.enqueue(user_id, [asked])) is None:
            world.meter.add("requests given up")
            return
        pause = LOOK_AFTER_MS
        while not self.is_over:
            world.scheduler.wait(pause)
            if self._call(lambda: world.dequeue(user_id)):
                return
            pause = min(LONGEST_LOOK_MS, 2 * pause)

    def _call[T](self, call: Callable[[], T]) -> T | bool | None:
        """The answer, or True if that is None. Refused calls are repeated; None if that was given up."""
        scheduler, meter = self._world.scheduler, self._world.meter
        for number in range(TRIES):
            how = self._world.account.refuses_call()
            if how is Refused.NO:
                try:
                    answer = call()
                except (UnavailableError, TooManyError):
                    meter.add("calls answered 503")
                else:
                    return True if answer is None else answer
            else:
                meter.add("api calls refused")
                out = TIMED_OUT_MS if how is Refused.UNANSWERED else REFUSAL_MS
                scheduler.wait(round(out.value))
            pause_s = min(LONGEST_PAUSE_S, 2**number) * (0.5 + self._rng.random() / 2)
            scheduler.wait(round(pause_s * 1000))
        return None
