"""What is deployed in a history: the core over the network, put together as the container does."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from chalicelib.core.identity.own_account import OwnAccount
from chalicelib.core.identity.sessions import Sessions
from chalicelib.core.identity.throttle import Throttle
from chalicelib.core.identity.user_deletion import UserDeletion
from chalicelib.core.queueing.attempt import Attempt
from chalicelib.core.queueing.callbacks import Callbacks
from chalicelib.core.queueing.controls import Controls
from chalicelib.core.queueing.dequeue import Dequeue
from chalicelib.core.queueing.enqueue import Enqueue
from chalicelib.core.queueing.entering import Entering
from chalicelib.core.queueing.event_watch import EventWatch
from chalicelib.core.queueing.outcomes import Outcomes
from chalicelib.core.queueing.scheduling import Scheduling
from chalicelib.core.queueing.signals import Signals
from chalicelib.core.queueing.uploads import Uploads
from chalicelib.core.queueing.waits import Waits
from chalicelib.core.queueing.watch import Watch
from tests.fakes.accounts import FakeAudit, FakeTryCounts
from tests.fakes.secrets import FakePasswords, FakeTokens
from tests.simulation.administrators import TrustedAdministration
from tests.simulation.caller import Api
from tests.simulation.deployments import DeployedDrain, DeployedSweep, ReadableRequests
from tests.simulation.entries import is_account
from tests.simulation.executions import handlers
from tests.simulation.indexed import report_unforeseen
from tests.simulation.lambdas import Sweeper, Workers
from tests.simulation.ports import Remote, RemoteStore, SimulatedClock
from tests.simulation.services import draw_idle_ms
from tests.simulation.uploading import Uploader

if TYPE_CHECKING:
    from tests.simulation.world import World

QUANTUM_MS = 2_000  # short, so that turns end in the middle of work


class Deployed:
    """The functions of one world: its workers, its sweeper, and the use cases behind its API."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.clock = SimulatedClock(world.scheduler, world.rng, world.network)
        self._store = RemoteStore(world.store, world.network, world.watch)
        if not world.entries.is_used:
            self._store.entries = world.store.entries  # no call of theirs is heard of
        self._accounts = self.remote(world.accounts)
        self._sessions = self.remote(world.sessions)
        if not world.faultless:
            world.limits.be_seldom()
        world.executions.unhurried += tuple(world.limits.pace)
        self._handlers = handlers(world.deployment, world.limits.pace)
        self._entering = Entering(
            self._store.entries,
            self._store.queues,
            self._store.requests,
            world.lanes,
            self.clock,
            self._handlers,
            is_account,
            report=report_unforeseen,
        )
        self._callers = world.callbacks.start(self._store, self.clock) if world.callbacks else None

    def start_workers(self) -> None:
        """Workers come for the wake-ups of each lane from now on."""
        world, store = self._world, self._store
        take, run = world.executions.take, world.executions.run
        attempt = Attempt(
            *(store.requests, self.clock, self._handlers, take, run, world.rng.random, self._mark),
            enter=self._entering.all_of,
            notes=lambda: store.notes,
            objects=store.objects,
        )
        readable = Remote(ReadableRequests(world.store, world.deployment), world.network, world.watch)
        for lane, service in world.lanes.services.items():
            drain = DeployedDrain(
                *(store.queues, readable, world.lanes, self.clock, attempt, QUANTUM_MS, self._mark, lane),
                callbacks=self._callers,
            )
            if world.departing:
                world.departing.equip(drain, store.removal)
            Workers(service, drain)

    def sweeper(self) -> Sweeper:
        world = self._world
        sweep = DeployedSweep(
            *(self._store, self._accounts, world.lanes, self.clock, world.rng.shuffle, report_unforeseen),
            entering=self._entering,
            sessions=self._sessions,
            callbacks=self._callers,
        )
        object.__setattr__(sweep, "idle_ms", draw_idle_ms(world.seed))
        object.__setattr__(sweep, "deployment", world.deployment)
        object.__setattr__(sweep, "has_hook", world.departing is not None)
        return Sweeper(world.scheduler, world.network, sweep)

    def api(self) -> Api:
        world, store, clock, mark = self._world, self._store, self.clock, self._mark
        queues, requests, connections = store.queues, store.requests, store.connections
        accounts, lanes, limit = self._accounts, world.lanes, world.limits.of(queues)
        stored = self._sessions
        enqueue = Enqueue(queues, requests, store.keys, lanes, clock, handlers=self._handlers, limit=limit)
        sessions = self._new_sessions()
        controls = Controls(queues, requests, lanes, clock, enqueue, mark, store.objects)
        waits, throttle = Waits(stored, clock), Throttle(FakeTryCounts(), clock)
        own = OwnAccount(accounts, queues, connections, FakePasswords(), throttle, sessions, clock)
        administration = TrustedAdministration(
            accounts, queues, connections, self.remote(FakeAudit()), sessions, controls, clock
        )
        tokens = partial(mark, times=2)
        return Api(
            enqueue,
            Dequeue(queues, requests, clock, waits, mark),
            Outcomes(queues, requests, clock, waits, mark),
            sessions,
            controls,
            own,
            administration,
            accounts,
            Scheduling(store.entries, queues, requests, store.keys, self._entering, clock, tokens, limit),
            Signals(controls, store.notes, mark),
            EventWatch(Watch(queues, requests, clock, waits), store.notes),
            Callbacks(store, self._callers, clock, mark, mark),
        )

    def _new_sessions(self) -> Sessions:
        return Sessions(self._sessions, self._store.queues, self._store.connections, FakeTokens(), self.clock)

    def user_deletion(self) -> UserDeletion:
        store = self._store
        return UserDeletion(
            *(store.queues, store.connections, store.entries, self._accounts),
            *(self._new_sessions(), self.clock),
        )

    def uploader(self) -> Uploader | None:
        """What clients do who upload payloads, if there are uploads."""
        world, store = self._world, self._store
        if world.store.tables.objects is None:
            return None
        token = partial(self._mark, times=4)
        uploads = Uploads(store.objects, store.queues, self.clock, new_token=token)
        return Uploader(uploads, world.store.tables.objects, world.network)

    def remote(self, store: object) -> Any:
        """Called over the network; nobody watches what it does."""
        return Remote(store, self._world.network, lambda _: None)

    def _mark(self, times: int = 1) -> str:
        return "".join(f"{self._world.rng.getrandbits(32):08x}" for _ in range(times))
