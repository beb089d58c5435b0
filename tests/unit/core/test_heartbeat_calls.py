"""What a minute of a long attempt costs; docs/performance.md has the figures."""

from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.adapters.memory.clock import ManualClock
from chalicelib.core.queueing.heartbeat import ALIVE_MS, BEAT_MS, Heartbeat
from chalicelib.core.queueing.held_lease import HeldLease
from chalicelib.core.queueing.request import Request, Status

MINUTE_MS = 60_000


@dataclass
class Renewals:
    """In place of the requests and of the lease, each call of which takes time."""

    clock: ManualClock
    takes_ms: int
    renewed: int = 0
    held: int = 0

    def renew(self, running: Request, deadline: int, *, shortens: bool = False) -> Request:
        self.clock.advance(self.takes_ms)
        self.renewed += 1
        return running

    def hold(self, seconds: float) -> None:
        self.held += 1


@pytest.mark.parametrize(
    ("takes_ms", "held"),
    [
        (5, MINUTE_MS // BEAT_MS // 2),
        (0, MINUTE_MS // BEAT_MS // 3),  # two beats are exactly what the lease is held beyond the deadline
    ],
)
def test_a_beat_is_one_write_and_every_other_one_holds_the_wake_up(takes_ms: int, held: int) -> None:
    clock = ManualClock()
    calls: Any = Renewals(clock, takes_ms)
    lease, deadline = HeldLease(calls, clock), clock.now() + ALIVE_MS
    running = Request("ada", 1, "echo", "{}", Status.RUNNING, clock.now())
    heartbeat = Heartbeat(calls, clock, lease, running, deadline)
    lease.outlast(deadline)  # as when the attempt begins
    calls.held = 0

    for _ in range(MINUTE_MS // BEAT_MS):
        clock.advance(BEAT_MS)
        heartbeat()
        heartbeat.hold_lease()

    assert (calls.renewed, calls.held) == (48, held)
