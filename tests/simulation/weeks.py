"""A week without anybody, or months."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

from chalicelib.core.queueing.keeping import MINUTES
from chalicelib.core.queueing.request import Status
from chalicelib.core.queueing.resting import REST_MS
from chalicelib.core.queueing.retention import KEPT_MS
from tests.simulation.history import Violation
from tests.simulation.lambdas import SWEEP_MS
from tests.simulation.large import whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chalicelib.core.queueing.request import Request
    from chalicelib.core.time import Millis
    from tests.simulation.records import User
    from tests.simulation.world import World


class Weeks:
    """Of one history."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._scheduler = world.scheduler

    def pass_by(self) -> None:
        """And a day, in which nobody helps. What has ended is forgotten, SQS's messages too."""
        self._scheduler.run_until(self._scheduler.now + REST_MS + 2 * SWEEP_MS)
        if self._scheduler.is_busy() or self._is_one_missed():
            return
        self._scheduler.jump(KEPT_MS + 24 * 3_600_000)
        self._world.lanes.drop_all()
        if self._world.callbacks:
            self._world.callbacks.service.drop_all()
        for user in self._world.everybody:
            self._forget(user)
        self._world.store.tables.remove_expired(self._scheduler.now)
        if self._world.rng.random() < 0.3:
            self._months()

    def _months(self) -> None:
        """In which lines stand. Every week the sweeper comes by at the minute for each line's payloads."""
        for _ in range(8):
            for user in self._one_day_long():
                self._scheduler.jump(self._until_looked_at(user))
                self._scheduler.run_until(self._scheduler.now + 4 * SWEEP_MS)
            if self._is_one_missed():
                return
            self._scheduler.jump(KEPT_MS)
            for user in self._world.everybody:
                self._forget(user)
            self._world.store.tables.remove_expired(self._scheduler.now)

    def _one_day_long(self) -> Sequence[User]:
        """All, in an order in which a round takes a day: nobody's payloads wait longer for the sweeper."""
        named = self._world.named
        return sorted(self._world.everybody, key=self._until_looked_at) if named else self._world.users

    def _is_one_missed(self) -> bool:
        """Whether a worker has seen to a request and crashed just now, before it moved the head past it.

        Within minutes the sweeper makes up for that. If nothing ran for as long as an outcome is kept, the
        head would step over the number as over a hole. Only the first request of a batch must not be missed:
        it says that the others were accepted.
        """
        ended = (request for user in self._world.everybody for request in self._ended_behind_the_head(user))
        return any(request.expires_at and not request.leads for request in ended)

    def _ended_behind_the_head(self, user: User) -> Iterator[Request]:
        tables = self._world.store.tables
        queue, requests = tables.queues.get(user.id), tables.requests.get(user.id, {})
        numbers = range(queue.head + 1, queue.tail + 1) if queue else ()
        for seq in numbers:
            if (request := requests.get(seq)) is None or not request.is_resolved:
                return
            yield request

    def _until_looked_at(self, user: User) -> Millis:
        minutes = (self._scheduler.now + 2 * SWEEP_MS) // SWEEP_MS + crc32(user.id.encode())
        return -minutes % MINUTES * SWEEP_MS

    def _forget(self, user: User) -> None:
        for request in self._world.store.tables.requests.get(user.id, {}).values():
            if request.expires_at is not None and request.expires_at <= self._scheduler.now:
                self._world.forgotten.append(whole(self._world.store.tables, request))
                is_before_its_turn = request.seq > self._world.store.tables.queues[user.id].head
                if is_before_its_turn and request.status is not Status.VOID:
                    raise Violation(f"{request.seq} was forgotten before its turn")
