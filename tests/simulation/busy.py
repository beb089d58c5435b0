"""A user who sends all the time, while a receiver of the outcomes is down for long."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.simulation.ending import Ending
    from tests.simulation.world import World

BUSY = (1,)  # of 64 histories, those in which one does, if a receiver fails for long
LASTS_MS = 16 * 60_000  # longer than it takes until no wake-up is the timer of the next call, and `LATE_MS`
EVERY_MS = 15_000  # so that the sweeper's look would always be ahead if workers postponed it
FAILING = ("down", "dead")


def keep_busy(world: World, ending: Ending) -> None:
    """After the last fault: callbacks are made although the queue always moves."""
    callbacks, user = world.callbacks, world.users[0]
    if callbacks is None or callbacks.bad not in FAILING or world.seed % 64 not in BUSY:
        return
    callbacks.invariants.calm_since = world.now
    end = world.now + LASTS_MS
    while world.now < end and not world.calls.is_gone(user):
        ending.help(user)
        world.calls.make(user, "tick" if world.calls.has_session(user) else "sign_in")
        world.scheduler.run_until(world.now + EVERY_MS)
