"""One history: everything put together, left to itself under faults, then in calm, and looked at."""

from random import Random
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.memory.clock import START
from chalicelib.core.identity.account import Account
from chalicelib.core.queueing.lane import Lane
from chalicelib.core.queueing.queue import State
from chalicelib.core.time import Millis
from tests.fakes.accounts import FakeAccounts, new_session
from tests.fakes.secrets import FakePasswords
from tests.simulation import faults
from tests.simulation.busy import keep_busy
from tests.simulation.callbacks import receivers_of
from tests.simulation.calls import PASSWORD, Calls
from tests.simulation.departing import departing_in, leave
from tests.simulation.deployed import Deployed
from tests.simulation.deployments import Deployment
from tests.simulation.emitting import Emitters
from tests.simulation.ending import Ending
from tests.simulation.entries import Entries
from tests.simulation.executions import Executions
from tests.simulation.history import History
from tests.simulation.indexed import IndexedStore
from tests.simulation.invariants import Invariants
from tests.simulation.kinds import draw_kinds
from tests.simulation.lambdas import SWEEP_MS
from tests.simulation.limits import Limits
from tests.simulation.ports import Network
from tests.simulation.readers import WatchedSessions
from tests.simulation.records import User
from tests.simulation.removals import LASTS_MS, removals_in
from tests.simulation.scheduler import Scheduler
from tests.simulation.services import named_users, serve
from tests.simulation.slots import Options
from tests.simulation.steering_calls import steer
from tests.simulation.stepping import Steps
from tests.simulation.uploading import bucket_in
from tests.simulation.wake_ups import Lanes, WakeUpService
from tests.simulation.weeks import Weeks

if TYPE_CHECKING:
    from chalicelib.core.queueing.request import Request

DEPLOY_MS = 10_000  # a process that has begun with the old code holds nothing later than that
STEPPING = (3, 6)  # of eight histories, those in which handlers have steps
EMITTING = (4, 6)  # likewise, those in which they emit events
LONG_STEPS = 22  # of 32 histories, the one in which long requests do both
PATIENCE_MS = 10_000  # within this after the death of its worker, a request is begun again


class World:
    def __init__(self, seed: int, *, recorded: bool = False) -> None:
        self.seed = seed
        self.rng = rng = Random(seed)
        self.options = Options(Random(f"options of {seed}"))
        self.history = History(recorded)
        self.scheduler = Scheduler(rng)
        self.network = Network(self.scheduler, rng, faults.draw(rng), self.history)
        self.faultless = self.network.faults is faults.NONE
        self.store = IndexedStore(rng)
        self.store.tables.objects = bucket_in(self)
        self.store.sweep_index.stale = self.network.faults.stale
        self.accounts = FakeAccounts()
        self.sessions = WatchedSessions()
        self.deployment = Deployment(self.scheduler)
        steady = self.network.faults.is_steady
        self.executions = Executions(self.scheduler, self.network, self.deployment, steady=steady)
        self.entries = Entries(seed, self.store.tables, self.executions, faultless=self.faultless)
        self.executions.follow_ups = self.entries.follow_ups
        if seed % 8 in STEPPING:
            self.executions.steps = Steps(
                self.scheduler, self.store.tables, not self.faultless, self.network.faults.is_prompt
            )
        if seed % 8 in EMITTING:
            self.executions.emitters = Emitters(self.scheduler, self.store.tables)
        self.executions.long_steps = seed % 32 == LONG_STEPS
        self.limits = Limits(seed)
        self.invariants = Invariants(self.store.tables, self.executions, self.entries, self.limits)
        self.invariants.prompt = self.network.faults.is_prompt
        self.callbacks = receivers_of(self)
        self.departing = departing_in(self)
        self.removals = removals_in(self)
        services = {lane: WakeUpService(lane, self.scheduler, self.network, rng) for lane in Lane}
        self.lanes = Lanes(services)
        self._build()
        self.forgotten: list[Request] = []
        self.users = [self._user(id_) for id_ in "abc"[: rng.randrange(1, 4)]]
        self.named = named_users(seed)

    def _build(self) -> None:
        deployed = Deployed(self)
        deployed.start_workers()
        self.sweeper = deployed.sweeper()
        self.limits.serve(deployed.remote, deployed.clock)
        self.calls = Calls(
            self.scheduler,
            self.network,
            self.rng,
            deployed.api(),
            self.executions.plans,
            self.store.tables.queues.get,
            self.options,
            self.entries,
            steps=self.executions.steps,
            emitters=self.executions.emitters,
            callbacks=self.callbacks,
            uploader=deployed.uploader(),
            charge=self.limits.charge,
        )
        self.invariants.taking_several = self.calls.taking_several
        if self.removals:
            self.removals.begin(deployed.user_deletion())

    def _user(self, id_: str) -> User:
        first = new_session(f"first-{id_}", id_, START)
        self.sessions.add(first)
        self.accounts.add(Account(id_, id_, FakePasswords().hash(PASSWORD), START))
        self.store.connections.open_session(id_, first.session_id, first.expires_at, START, id_)
        return User(id_, [first.session_id])

    def watch(self, arguments: tuple[Any, ...]) -> None:
        """After each call of a store, of which these are the arguments. Raises Violation."""
        if arguments and not isinstance(arguments[0], int):
            user_id = arguments[0] if isinstance(arguments[0], str) else arguments[0].user_id
            if self.executions.steps:
                self.executions.steps.notice()
            self.invariants.check(user_id, self.scheduler.current.name)

    def live(self) -> None:
        """Raises Violation."""
        try:
            self._trouble()
            if not self.faultless and self.rng.random() < 0.15 and not self.removals:
                Weeks(self).pass_by()
            ending = Ending(self)
            keep_busy(self, ending)
            ending.calm()
            ending.replay()
            ending.farewell()
        finally:
            self.scheduler.end()

    def _trouble(self) -> None:
        lasts = self.rng.choice((200, 3_000, 30_000, 120_000))
        until = START + max(lasts, LASTS_MS if self.removals else 0)
        controlled = self.rng.random() < 0.5
        self.deployment.draw(self.rng, lasts)
        for after in (0, SWEEP_MS + DEPLOY_MS):
            self.scheduler.at(self.deployment.last + after, self._sweep_what_is_held)
        if not self.faultless:
            self.sweeper.start(self.rng.randrange(SWEEP_MS))
        elif not controlled and not self.deployment.type:
            self.executions.patience_ms = PATIENCE_MS
        for user in self.users:
            for kind in (*draw_kinds(self.rng, controlled), *self.entries.kinds()):
                self.calls.make(user, kind, after=self.rng.randrange(lasts))
        serve(self, lasts, controlled=controlled)
        steer(self, lasts)
        if self.rng.random() < 0.1:
            self.scheduler.after(self.rng.randrange(lasts), self._change_limit)
        if self.rng.random() < (0.5 if self.departing else 0.1) and not self.network.faults.undying:
            leave(self, self.users[-1], lasts)
        self.scheduler.run_until(until + self.rng.choice((0, 5_000, 60_000)))
        self.network.faults = faults.NONE
        self.store.sweep_index.stale = 0.0

    def _sweep_what_is_held(self) -> None:
        """As a deployment does at its end, and the sweeper after it; otherwise none is needed."""
        queues = self.store.tables.queues.values()
        if not self.faultless or any(queue.state is State.HELD for queue in queues):
            self.sweeper.once()

    def _change_limit(self) -> None:
        self.store.tables.limit = self.rng.choice((3, 6, 100))

    @property
    def everybody(self) -> list[User]:
        return [*self.users, *self.named]

    @property
    def now(self) -> Millis:
        return self.scheduler.now
