"""A name that a service deletes and uses again, while requests of minutes run under it, in some histories."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from chalicelib.core.errors import GurukoolError
from chalicelib.core.queueing.access import service_access
from chalicelib.core.queueing.at_work import QUIET_MS
from chalicelib.core.queueing.enqueue import Work
from tests.simulation.caller import API_MS
from tests.simulation.entries import NAME
from tests.simulation.executions import LONGEST, SLOW
from tests.simulation.history import Violation
from tests.simulation.plans import Plan

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chalicelib.adapters.memory.tables import MemoryTables
    from chalicelib.core.identity.user_deletion import UserDeletion
    from chalicelib.core.queueing.request import Request
    from chalicelib.core.time import Millis
    from tests.simulation.executions import Executions
    from tests.simulation.world import World

SEEDS = (9, 10)  # modulo 16; in the second ones, the application has a function for deleted users
FLEETING = f"{NAME}-fleeting"
KEY = service_access("k1")
SPARE_MS = 5_000  # for the calls before and after
LASTS_MS = 600_000  # several lives of the name: each ends two or three minutes after its deletion


def removals_in(world: World) -> Removals | None:
    """In their histories no process stands still for so long that what removal relies on is not so."""
    if world.seed % 16 not in SEEDS:
        return None
    world.network.longest_stall = QUIET_MS - SPARE_MS
    return Removals(world)


@dataclass(slots=True)
class Accepted:
    started: Millis
    requests: Sequence[Request]


@dataclass(slots=True)
class Removals:
    """What the service does, and what was accepted."""

    world: World
    accepted: list[Accepted] = field(default_factory=list)
    marked_at: Millis = 0  # when the name was marked for removal last
    _made: int = 0

    def begin(self, deletion: UserDeletion) -> None:
        """Make all calls, over LASTS_MS."""
        world, rng = self.world, Random(f"removals of {self.world.seed}")
        self._notice_marks()
        follow_ups = world.executions.follow_ups  # without those that nobody misses because they were removed
        world.executions.follow_ups = lambda of: () if of.user_id == FLEETING else follow_ups(of)
        for _ in range(rng.randrange(8, 20)):
            self._make(rng, "enqueue", lambda: self._enqueue(rng))
        for _ in range(rng.randrange(2, 6)):
            self._make(rng, "delete", lambda: deletion.by_service(FLEETING, KEY))
        for _ in range(0 if world.faultless else 20):  # by deployments, or because EventBridge repeats itself
            world.scheduler.after(rng.randrange(LASTS_MS), world.sweeper.once)

    def _notice_marks(self) -> None:
        store, scheduler = self.world.store.connections, self.world.scheduler
        mark = store.mark_for_removal

        def mark_noticed(user_id: str, now: Millis) -> None:
            mark(user_id, now)
            if user_id == FLEETING:
                self.marked_at = scheduler.now

        store.mark_for_removal = mark_noticed  # type: ignore[method-assign]

    def _make(self, rng: Random, kind: str, do: Callable[[], Any]) -> None:
        self._made += 1
        name = f"{kind}-{FLEETING}-{self._made}"
        self.world.scheduler.after(rng.randrange(LASTS_MS), lambda: self._start(name, do))

    def _start(self, name: str, do: Callable[[], Any]) -> None:
        actor = self.world.scheduler.spawn(name, lambda: self._live(do))
        self.world.scheduler.after(API_MS, actor.kill)

    def _live(self, do: Callable[[], Any]) -> None:
        try:
            do()
        except GurukoolError as error:
            self.world.network.trace("refused", (FLEETING,), error)

    def _enqueue(self, rng: Random) -> None:
        """Of requests of minutes, some take no time."""
        world, started = self.world, self.world.scheduler.now
        works = [self._work(rng, started) for _ in range(rng.randrange(1, 4))]
        answer = world.calls.api.enqueue(FLEETING, KEY, works)
        self.accepted.append(Accepted(started, answer.requests))

    def _work(self, rng: Random, now: Millis) -> Work:
        """For some of them, the queue rests."""
        payload = f"fleeting {len(self.world.executions.plans)}"
        type_ = rng.choice((LONGEST, LONGEST, "skip", SLOW))
        ms = rng.choice((10, 10, 4_000, 100_000)) if type_ == LONGEST else 10
        self.world.executions.plans[payload] = Plan(ms=ms, fails=rng.choice((0, 0, 0, 1)))
        waits = not self.world.faultless and rng.random() < 0.1
        return Work(type_, payload, not_before=now + rng.randrange(LASTS_MS, 2 * LASTS_MS) if waits else None)

    def check(self) -> None:
        """What was accepted after the last deletion is there, with an outcome. Raises Violation."""
        tables = self.world.store.tables
        queue = tables.queues.get(FLEETING)
        if queue is not None and queue.deleted_at is not None:
            raise Violation("a deleted user was not removed")
        for call in self.accepted:
            for request in call.requests if call.started > self.marked_at else ():
                stored = tables.requests.get(FLEETING, {}).get(request.seq)
                if stored is None or stored.payload != request.payload or not stored.settled:
                    raise Violation(f"{request.seq} was accepted after the last deletion, and is {stored}")


def check_removed(tables: MemoryTables, executions: Executions, user_id: str) -> None:
    """Of who has no queue: what is written now is met by the next user of the name. Raises Violation."""
    if running := executions.running(user_id):
        raise Violation(f"{user_id} was removed while {running} was running")
    places = (place for stored in (tables.notes, tables.texts, tables.slots) for place in stored)
    if left := tables.requests.get(user_id) or [place for place in places if place[0] == user_id]:
        raise Violation(f"something was written for {user_id}, who was removed: {left}")
