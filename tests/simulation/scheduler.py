"""Simulated time and the actors that share it."""

from collections.abc import Callable
from contextlib import suppress
from heapq import heappop, heappush
from itertools import count
from random import Random

from greenlet import getcurrent, greenlet

from chalicelib.adapters.memory.clock import START
from chalicelib.core.time import Millis


class Crash(BaseException):
    """The process of the actor in which this is raised ends here."""


class Actor:
    """A process, or one call of the API. Its code is ordinary code that waits inside its port calls."""

    def __init__(self, name: str, body: Callable[[], object], loop: greenlet) -> None:
        self.name = name
        self._body = body
        self._killed = False
        self._greenlet = greenlet(self._live, loop)

    @property
    def is_over(self) -> bool:
        return bool(self._greenlet.dead)

    def _live(self) -> None:
        try:
            self._body()
        except Crash:
            return

    def resume(self) -> None:
        if self._killed:
            with suppress(Crash):  # it may not have begun
                self._greenlet.throw(Crash())
        else:
            self._greenlet.switch()

    def kill(self) -> None:
        """It ends where it stands, as soon as it would go on."""
        self._killed = True


class Scheduler:
    def __init__(self, rng: Random) -> None:
        self.now: Millis = START
        self._loop = getcurrent()
        self.current = Actor("nobody", lambda: None, self._loop)  # whose turn it is
        self._actors: list[Actor] = []
        self._rng = rng
        self._agenda: list[tuple[Millis, float, int, Callable[[], None]]] = []
        self._order = count()

    def at(self, moment: Millis, do: Callable[[], None]) -> None:
        """What is due at the same moment happens in random order."""
        heappush(self._agenda, (moment, self._rng.random(), next(self._order), do))

    def after(self, ms: int, do: Callable[[], None]) -> None:
        self.at(self.now + ms, do)

    def spawn(self, name: str, body: Callable[[], object], after: int = 0) -> Actor:
        actor = Actor(name, body, self._loop)
        self._actors.append(actor)
        self.after(after, lambda: self._resume(actor))
        return actor

    def wait(self, ms: int) -> None:
        """Let the current actor go on that much later, and others meanwhile."""
        actor = self.current
        self.after(ms, lambda: self._resume(actor))
        self._loop.switch()

    def _resume(self, actor: Actor) -> None:
        self.current = actor
        actor.resume()

    def run_until(self, moment: Millis) -> None:
        agenda = self._agenda
        while agenda and agenda[0][0] <= moment:
            due, _, _, do = heappop(agenda)
            self.now = max(self.now, due)
            do()
        self.now = max(self.now, moment)

    def jump(self, ms: int) -> None:
        """Let time pass in which nobody gets to do anything."""
        self.now += ms

    def is_busy(self) -> bool:
        """Whether any actor is still at something."""
        self._actors = [actor for actor in self._actors if not actor.is_over]
        return bool(self._actors)

    def end(self) -> None:
        """Let nobody go on."""
        for actor in self._actors:
            if not actor.is_over:
                actor.kill()
                self._resume(actor)
