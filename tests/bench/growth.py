"""Whether the cost of a request grows: with the backlog it joins, and with the number of users.

The use cases run in this process, as in calls.py, whose environment they share.
"""

import secrets
from dataclasses import dataclass, replace

from app import container
from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.lane import Lane
from chalicelib.core.queueing.steps import Wait
from tests.bench.calls import Meter

BACKLOGS = (10, 5_000)
USERS = (5, 500)
BATCH = 100
SAMPLES = 20
DAY_MS = 24 * 3600 * 1000
ECHO = Work("echo", '{"number": 1}')


class Nobody:
    """A lease that nobody waits for."""

    def hold(self, seconds: float) -> None:
        pass


@dataclass(frozen=True)
class User:
    user_id: str
    session_id: str = "bench"

    def send(self, works: list[Work]) -> None:
        container.queueing.enqueue(self.user_id, self.session_id, works)

    def drain_a_little(self) -> None:
        replace(container.queueing.drain(Lane.QUICK), quantum_ms=1)(self.user_id, Nobody())

    def drain(self) -> None:
        while (queue := container.adapters.store.queues.get(self.user_id)) and queue.depth:
            ending = container.queueing.drain(Lane.QUICK)(self.user_id, Nobody())
            assert not isinstance(ending, Wait), "there is nothing to wait for"


def measure(meter: Meter) -> None:
    for backlog in BACKLOGS:
        _measure_backlog(meter, backlog)
    for count in USERS:
        _measure_users(meter, count)
    users = len(container.adapters.store.sweep_index.due(None))
    with meter.running(f"sweep, each of {users} queues", users):
        container.queueing.sweep()


def _measure_backlog(meter: Meter, backlog: int) -> None:
    user = _new_user()
    for start in range(0, backlog, BATCH):
        user.send([ECHO] * min(BATCH, backlog - start))
    user.drain_a_little()  # an enqueue rings again for a queue that has not moved for five seconds
    with meter.running(f"enqueue behind {backlog}", SAMPLES):
        for _ in range(SAMPLES):
            user.send([ECHO])
    with meter.running(f"drain {backlog + SAMPLES}", backlog + SAMPLES):
        user.drain()


def _measure_users(meter: Meter, count: int) -> None:
    users = [_new_user() for _ in range(count)]
    with meter.running(f"enqueue and drain, {count} users", count):
        for user in users:
            user.send([ECHO])
            user.drain()


def _new_user() -> User:
    user, now = User(secrets.token_hex(16)), container.adapters.clock.now()
    container.adapters.store.connections.open_session(
        user.user_id, user.session_id, now + DAY_MS, now, user.user_id
    )
    return user
