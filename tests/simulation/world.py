"""One history: everything put together, left to itself under faults, then in calm, and looked at."""

from collections.abc import Sequence
from random import Random
from typing import Any

from chalicelib.adapters.memory.clock import START
from chalicelib.core.identity.account import Account
from chalicelib.core.identity.own_account import OwnAccount
from chalicelib.core.identity.session import IDLE_MS
from chalicelib.core.identity.sessions import Sessions
from chalicelib.core.identity.throttle import Throttle
from chalicelib.core.queueing.attempt import Attempt
from chalicelib.core.queueing.controls import Controls
from chalicelib.core.queueing.dequeue import Dequeue
from chalicelib.core.queueing.drain import Drain
from chalicelib.core.queueing.enqueue import Enqueue
from chalicelib.core.queueing.lane import Lane
from chalicelib.core.queueing.outcomes import Outcomes
from chalicelib.core.queueing.queue import State
from chalicelib.core.queueing.request import KEPT_MS, Request
from chalicelib.core.queueing.sweep import STILL_EVERY, Sweep
from chalicelib.core.queueing.waits import Waits
from chalicelib.core.time import Millis
from tests.fakes.accounts import FakeAccounts, FakeAudit, FakeTryCounts, new_session
from tests.fakes.secrets import FakePasswords, FakeTokens
from tests.simulation import faults
from tests.simulation.administrators import Office
from tests.simulation.calls import PASSWORD, Api, Call, Calls, User, draw_kinds
from tests.simulation.deployments import Deployment, ReadableRequests
from tests.simulation.executions import Executions, handlers
from tests.simulation.history import History, Violation
from tests.simulation.indexed import IndexedStore, report_unforeseen
from tests.simulation.invariants import Invariants
from tests.simulation.lambdas import SWEEP_MS, Sweeper, Workers
from tests.simulation.ports import Network, Remote, RemoteStore, SimulatedClock
from tests.simulation.readers import WatchedSessions
from tests.simulation.scheduler import Scheduler
from tests.simulation.wake_ups import Lanes, WakeUpService

QUANTUM_MS = 2_000  # short, so that turns end in the middle of work
CALM_MS = 40 * 60_000  # within this after the last fault everything must have its outcome
PATIENCE_MS = (
    10_000  # within this after the death of its worker a request is begun again, if nothing else goes wrong
)
PERSON_MS = 20_000  # how often somebody looks whether a queue is paused or halted


class World:
    def __init__(self, seed: int, *, recorded: bool = False) -> None:
        self.rng = rng = Random(seed)
        self.history = History(recorded)
        self.scheduler = Scheduler(rng)
        self.network = Network(self.scheduler, rng, faults.draw(rng), self.history)
        self.faultless = self.network.faults is faults.NONE
        self.store = IndexedStore(rng)
        self.store.sweep_index.stale = self.network.faults.stale
        self.accounts = FakeAccounts()
        self.sessions = WatchedSessions()
        self.deployment = Deployment(self.scheduler)
        self.executions = Executions(self.scheduler, self.network, self.deployment)
        self.invariants = Invariants(self.store.tables, self.executions)
        services = {lane: WakeUpService(lane, self.scheduler, self.network, rng) for lane in Lane}
        self.lanes = Lanes(services)
        self._build()
        self.forgotten: list[Request] = []
        self.users = [self._user(id_) for id_ in "abc"[: rng.randrange(1, 4)]]

    def _build(self) -> None:
        clock = SimulatedClock(self.scheduler, self.rng, self.network)
        store = RemoteStore(self.store, self.network, self._watch)
        queues, requests, connections = store.queues, store.requests, store.connections
        stored, accounts, audit = (self._remote(s) for s in (self.sessions, self.accounts, FakeAudit()))
        registry = handlers(self.deployment)
        attempt = Attempt(requests, clock, registry, self.executions.run, self.rng.random, self._mark)
        readable = Remote(ReadableRequests(self.store, self.deployment), self.network, self._watch)
        for lane, service in self.lanes.services.items():
            drain = Drain(queues, readable, self.lanes, clock, attempt, QUANTUM_MS, self._mark, lane)
            Workers(service, drain)
        sweep = Sweep(store, accounts, self.lanes, clock, self.rng.shuffle, report_unforeseen)
        self.sweeper = Sweeper(self.scheduler, self.network, sweep)
        enqueue = Enqueue(queues, requests, store.keys, self.lanes, clock, handlers=registry)
        sessions = Sessions(stored, queues, connections, FakeTokens(), clock)
        controls = Controls(queues, requests, self.lanes, clock, enqueue, self._mark)
        waits = Waits(stored, clock)
        dequeue = Dequeue(queues, requests, clock, waits, self._mark)
        outcomes = Outcomes(queues, requests, clock, waits, self._mark)
        throttle = Throttle(FakeTryCounts(), clock)
        own = OwnAccount(accounts, queues, connections, FakePasswords(), throttle, sessions, clock)
        office = Office(accounts, queues, connections, audit, sessions, controls, clock)
        api = Api(enqueue, dequeue, outcomes, sessions, controls, own, office, accounts)
        self.calls = Calls(
            self.scheduler,
            self.network,
            self.rng,
            api,
            self.executions.plans,
            self.store.tables.queues.get,
        )

    def _remote(self, store: object) -> Any:
        return Remote(store, self.network, lambda args: None)

    def _mark(self) -> str:
        return f"{self.rng.getrandbits(32):08x}"

    def _user(self, id_: str) -> User:
        first = new_session(f"first-{id_}", id_, START)
        self.sessions.add(first)
        self.accounts.add(Account(id_, id_, FakePasswords().hash(PASSWORD), START))
        self.store.connections.open_session(id_, first.session_id, first.expires_at, START, id_)
        return User(id_, [first.session_id])

    def _watch(self, arguments: tuple[Any, ...]) -> None:
        if arguments and not isinstance(arguments[0], int):
            user_id = arguments[0] if isinstance(arguments[0], str) else arguments[0].user_id
            self.invariants.check(user_id, self.scheduler.current.name)

    def live(self) -> None:
        """Raises Violation."""
        try:
            self._trouble()
            if not self.faultless and self.rng.random() < 0.15:
                self._week()
            self._calm()
            self._farewell()
        finally:
            self.scheduler.end()

    def _trouble(self) -> None:
        lasts = self.rng.choice((200, 3_000, 30_000, 120_000))
        controlled = self.rng.random() < 0.5
        self.deployment.draw(self.rng, lasts)
        if not self.faultless:
            self.sweeper.start(self.rng.randrange(SWEEP_MS))
        elif not controlled and not self.deployment.type:
            self.executions.patience_ms = PATIENCE_MS
        for user in self.users:
            for kind in draw_kinds(self.rng, controlled):
                self.calls.make(user, kind, after=self.rng.randrange(lasts))
        if self.rng.random() < 0.1:
            self.scheduler.after(self.rng.randrange(lasts), self._change_limit)
        if self.rng.random() < 0.1 and not self.network.faults.undying:
            self._leave(self.users[-1], lasts)
        self.scheduler.run_until(START + lasts + self.rng.choice((0, 5_000, 60_000)))
        self.network.faults = faults.NONE
        self.store.sweep_index.stale = 0.0

    def _leave(self, user: User, lasts: int) -> None:
        """Perhaps again, and perhaps a stranger takes the name as soon as it is free."""
        leaves = self.rng.randrange(lasts)
        for kind in ("leave", "leave", *["take_name"] * 4)[: self.rng.choice((1, 2, 6))]:
            self.calls.make(user, kind, after=leaves + self.rng.randrange(60_000) * (kind != "leave"))

    def _change_limit(self) -> None:
        self.store.tables.limit = self.rng.choice((3, 6, 100))

    def _week(self) -> None:
        """And a day, in which nobody helps. What has ended is forgotten, SQS's messages too."""
        self.scheduler.run_until(self.scheduler.now + (STILL_EVERY + 2) * SWEEP_MS)
        if self.scheduler.is_busy():
            return
        self.scheduler.jump(KEPT_MS + 24 * 3_600_000)
        self.lanes.drop_all()
        for user in self.users:
            self._forget(user)
        self.store.tables.remove_expired(self.scheduler.now)

    def _forget(self, user: User) -> None:
        for request in self.store.tables.requests.get(user.id, {}).values():
            if request.expires_at is not None and request.expires_at <= self.scheduler.now:
                self.forgotten.append(request)
                if request.seq > self.store.tables.queues[user.id].head:
                    raise Violation(f"{request.seq} was forgotten before its turn")

    def _calm(self) -> None:
        """I6: no more faults; only the sweeper, and a person where a queue waits for one.

        Where there were no faults at all, there is no sweeper either: it is not what makes things go.
        """
        end = self.scheduler.now + CALM_MS
        while self.scheduler.now < end and not self._is_still():
            for user in self.users:
                self._help(user)
            self.scheduler.run_until(self.scheduler.now + PERSON_MS)
            if any(self._may_wait(user) for user in self.users):
                end = self.scheduler.now + CALM_MS
        if not self._is_still():
            raise Violation(f"I6: after {CALM_MS // 60_000} minutes there is work left")

    def _may_wait(self, user: User) -> bool:
        """Because the first request without an outcome is to begin later."""
        requests = {} if self.calls.is_gone(user) else self.store.tables.requests.get(user.id, {})
        waiting = [request for seq, request in sorted(requests.items()) if not request.settled]
        return bool(waiting) and (waiting[0].not_before or 0) > self.scheduler.now

    def _is_still(self) -> bool:
        queues = self.store.tables.queues.values()
        return not any(q.depth for q in queues if q.leaving is None) and not self.scheduler.is_busy()

    def _help(self, user: User) -> None:
        """Enable a disabled account, resume a paused queue, retry or skip a halted head."""
        queue = self.store.tables.queues.get(user.id)
        if queue is None or queue.leaving is not None:
            return
        if queue.barred:
            self.calls.make(user, "admin_enable")
        if queue.state is State.PAUSED:
            self.calls.make(user, "admin_resume")
        elif queue.state is State.HALTED:
            self.calls.make(user, self.rng.choice(("admin_retry", "admin_skip")))

    def _farewell(self) -> None:
        """Everybody comes back, reads what is left and signs out. Then nothing is left."""
        if self.faultless:
            self.sweeper.start(0)
        if self.store.sweep_index.ailment == "index":
            self.store.sweep_index.ailment = None
        for user in self.users:
            self._help(user)  # who is disabled cannot come back
        self._run_until_done()
        known = {user.id: [user.sessions.pop() for _ in list(user.sessions)] for user in self.users}
        self._everybody("sign_in")
        while any(call.answer for call in self._everybody("dequeue")):
            pass
        while any(call.answer and call.answer.requests for call in self._everybody("outcomes")):
            pass
        for user in self.users:
            for session_id in [*known[user.id], *user.sessions]:
                user.sessions = [session_id]
                self.calls.make(user, "sign_out")
                self._run_until_done()
        self.scheduler.run_until(self.scheduler.now + 3 * SWEEP_MS)
        if any(queue.sessions for queue in self.store.tables.queues.values()):
            self.scheduler.jump(IDLE_MS)  # of a sign-in without an answer nobody can sign out
            self.scheduler.run_until(self.scheduler.now + 3 * SWEEP_MS)
        self._check_nothing_is_left()

    def _everybody(self, kind: str) -> Sequence[Call]:
        before = len(self.calls.made)
        for user in self.users:
            self.calls.make(user, kind)
        self._run_until_done()
        # A stranger who takes the name of a deleted account may come in between.
        return [call for call in self.calls.made[before:] if call.kind == kind]

    def _run_until_done(self) -> None:
        self.scheduler.run_until(self.scheduler.now + 1_000)

    def _check_nothing_is_left(self) -> None:
        for queue in self.store.tables.queues.values():
            if queue.state is not State.CLOSED:
                raise Violation(f"the queue of {queue.user_id} is still open")
        if self.lanes.messages() or self.store.tables.with_work or self.store.tables.open_until:
            raise Violation("something is left: a wake-up or a mark")

    @property
    def now(self) -> Millis:
        return self.scheduler.now
