"""Calls about a request that was accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.core.queueing.queue import Queue
from tests.simulation.stepping import SIGNAL
from tests.simulation.watching_calls import WatchingCalls

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulation.records import User
    from tests.simulation.world import World


class SteeringCalls(WatchingCalls):
    """Cancel, stop, retry and skip a request, and give it a signal."""

    def _cancel(self, user: User, kind: str) -> Any:
        return self._about_one(user, kind, self.api.controls.cancel)

    def _stop(self, user: User, kind: str) -> Any:
        """Mostly what is at the head of the line: it may run. Some ask twice at once."""
        if self.rng.random() < 0.3:
            self.make(user, kind, after=self.rng.randrange(20))
        if self.rng.random() < 0.3:
            return self._about_one(user, kind, self.api.controls.stop)
        call = self._call(user, kind, asked=self._next(user))
        return call, lambda: self.api.controls.stop(user.id, call.session_id, call.asked)

    def _retry(self, user: User, kind: str) -> Any:
        return self._about_one(user, kind, self.api.controls.retry)

    def _skip(self, user: User, kind: str) -> Any:
        return self._about_one(user, kind, self.api.controls.skip)

    def _replay(self, user: User, kind: str) -> Any:
        queue = self.queue(user.id) or Queue(user.id, room=0, limit=0)
        call = self._call(user, kind, asked=self.rng.randrange(1, queue.head + 2))
        return call, lambda: self.api.callbacks.replay(user.id, call.session_id, call.asked)

    def _signal(self, user: User, kind: str) -> Any:
        queue = self.queue(user.id) or Queue(user.id, room=0, limit=0)
        call = self._call(user, kind, asked=queue.head + self.rng.choice((1, 1, 2)))

        def do() -> Any:
            text = f'"{self.rng.choice("xy")}"'
            request = self.api.signals(user.id, call.session_id, call.asked, SIGNAL, text)
            if self.steps:
                self.steps.note_given(user.id, call.asked)
            return request

        return call, do

    def _about_one(self, user: User, kind: str, control: Callable[[str, str, int], Any]) -> Any:
        queue = self.queue(user.id) or Queue(user.id, room=0, limit=0)
        call = self._call(user, kind, asked=queue.head + self.rng.randrange(1, queue.depth + 2))
        return call, lambda: control(user.id, call.session_id, call.asked)


def steer(world: World, lasts: int) -> None:
    """Let everybody do what only some histories have: give signals, watch events, replay callbacks."""
    for user in world.everybody * 4:
        if world.executions.steps:
            world.calls.make(user, "signal", after=world.rng.randrange(lasts + 5_000))
        if world.executions.emitters:
            world.calls.make(user, "events", after=world.rng.randrange(lasts))
        if world.callbacks:
            world.calls.make(user, "replay", after=world.rng.randrange(lasts + 60_000))
