"""An application with a function for deleted users, which takes its time, fails, or dies with its process."""

from random import Random
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.memory.removal import MemoryUserRemoval
from chalicelib.core.queueing.attempt import Ran, Result, Taken
from chalicelib.core.queueing.departure import Departure
from chalicelib.core.queueing.drain import Drain
from chalicelib.core.queueing.handler import Handler
from chalicelib.core.queueing.hooks import hook_of, on_delete_user
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.request import Failure, Request
from tests.simulation import faults
from tests.simulation.history import Violation
from tests.simulation.records import User
from tests.simulation.scheduler import Crash

if TYPE_CHECKING:
    from tests.simulation.world import World

SEEDS = 2  # modulo 4


@on_delete_user()
def forget(user: str) -> None:
    """What it does is simulated."""


def departing_in(world: "World") -> "Departing | None":
    """In one of four histories."""
    return Departing(world) if world.seed % 4 == SEEDS else None


def leave(world: "World", user: User, lasts: int) -> None:
    """Perhaps again, and perhaps a stranger takes the name as soon as it is free."""
    leaves = world.rng.randrange(lasts)
    for kind in ("leave", "leave", *["take_name"] * 4)[: world.rng.choice((1, 2, 6))]:
        world.calls.make(user, kind, after=leaves + world.rng.randrange(60_000) * (kind != "leave"))


class Departing:
    """The hook of one history, and what it promises: it has returned before the data of a user go."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._rng = Random(f"departing of {world.seed}")
        self.left: set[str] = set()  # users whom the application has deleted
        self.asked: list[str] = []  # users whom it is deleting now
        world.store.removal = WatchedRemoval(self)

    @property
    def tables(self) -> Any:
        return self._world.store.tables

    def equip(self, drain: Drain, removal: Any) -> None:
        """Let the drain ask the application."""
        hook = hook_of(forget)
        assert hook
        departure = Departure(removal, drain.requests, drain.clock, hook, self.run)
        object.__setattr__(drain, "depart", departure)

    def run(self, _hook: Handler, request: Request, taken: Taken, _seconds: float) -> Ran:
        world, user = self._world, str(taken.payload)
        self._require_alone(request)
        self.asked.append(user)
        try:
            world.scheduler.wait(self._rng.randrange(1, 5_000))
        finally:
            self.asked.remove(user)
        self._require_alone(request)
        if world.network.faults is not faults.NONE and self._rng.random() < 0.5:
            if self._rng.random() < 0.3:
                raise Crash
            return Failure("error", "The application fails.")
        self.left.add(user)
        return Result("null")

    def _require_alone(self, request: Request) -> None:
        """What a request writes after the hook would stay for ever."""
        for seq in self._world.executions.running(request.user_id):
            raise Violation(f"a user is deleted while {seq} is running")

    def require_left(self, user_id: str) -> None:
        if user_id not in self.left:
            raise Violation(f"the data of {user_id} went before the application had deleted its own")


class WatchedRemoval(MemoryUserRemoval):
    def __init__(self, departing: Departing) -> None:
        super().__init__(departing.tables)
        self._departing = departing

    def delete_requests(self, user_id: str) -> bool:
        self._departing.require_left(user_id)
        return super().delete_requests(user_id)

    def delete_queue(self, queue: Queue) -> None:
        super().delete_queue(queue)
        self._departing.require_left(queue.user_id)
        if queue.user_id in self._departing.asked:
            raise Violation(f"the application is still deleting what the next {queue.user_id} may have")
        self._departing.left.discard(queue.user_id)  # who uses the name next has to be deleted as well
