"""The application over the fakes: time passes, and the worker works, only when a test says so."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from chalice.app import Chalice

from chalicelib import functions
from chalicelib.adapters.memory.clock import ManualClock
from chalicelib.adapters.memory.fifo import MemoryFifo
from chalicelib.adapters.memory.store import MemoryStore
from chalicelib.adapters.memory.wake_ups import MemoryLease, MemoryWakeUps
from chalicelib.adapters.sqs.wake_ups import from_message
from chalicelib.api import assembly
from chalicelib.container import Container
from chalicelib.container.adapters import Adapters
from chalicelib.core.identity.account import Role
from chalicelib.core.queueing.lane import Lane
from chalicelib.core.queueing.ports import VisibilityLease
from chalicelib.core.queueing.request import Status
from chalicelib.core.queueing.steps import Wait
from chalicelib.handlers.samples import Sleep
from chalicelib.settings import Settings
from tests.answers.in_process import InProcessApi
from tests.e2e.users import User, sign_up
from tests.fakes.accounts import FakeAccounts, FakeAudit, FakeServices, FakeSessions, FakeTryCounts
from tests.fakes.methods import methods_of
from tests.fakes.secrets import FakePasswords, FakeTokens


class MemoryAdapters(Adapters):
    """Over memory alone."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.leases: Callable[[str, Lane], VisibilityLease]  # by receipt handle
        self.overrun_watch = None  # workers that run in this process must not fork it

    def lease(self, receipt_handle: str, lane: Lane) -> VisibilityLease:
        return self.leases(receipt_handle, lane)

    def callback_lease(self, receipt_handle: str) -> VisibilityLease:
        return self.leases(receipt_handle, Lane.QUICK)


class Service:
    def __init__(self, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        """`settings`: what the operator has chosen."""
        environment = {"SAMPLE_HANDLERS": "on", **settings}
        self.clock = ManualClock()
        self.accounts, self.audit = FakeAccounts(), FakeAudit()
        self.sessions, self.tries = FakeSessions(), FakeTryCounts()
        self.services = FakeServices()
        self.fifos = {lane: MemoryFifo(self.clock.now) for lane in Lane}
        self.adapters = MemoryAdapters(Settings.from_environment(environment))
        self.store = MemoryStore(self.adapters.settings.queue_limit)
        self._hand_over()
        self.container = Container(environment, lambda _: self.adapters)
        self.handlers = self.container.handlers  # a test may add its own
        if sleep := self.handlers.get("sleep"):
            self.handlers.remove("sleep")
            self.handlers.add(replace(sleep, function=self._sleep))
        app = Chalice("gurukool", configure_logs=False)
        self.functions = functions.register(app, self.container)
        assembly.mount(app, self.container)
        self.api = InProcessApi(app)

    def _hand_over(self) -> None:
        """All use cases are made over the fakes as they are over the real adapters."""
        adapters = self.adapters
        adapters.clock, adapters.store = self.clock, self.store
        adapters.wake_ups = MemoryWakeUps(self.fifos)
        adapters.accounts, adapters.audit = self.accounts, self.audit
        adapters.sessions, adapters.wait_slots, adapters.tries = self.sessions, self.sessions, self.tries
        adapters.services = self.services
        adapters.passwords, adapters.tokens = FakePasswords(), FakeTokens()

    def _sleep(self, payload: Sleep) -> Sleep:
        self.clock.sleep(payload.seconds)
        return payload

    def break_stores(self, error: BaseException) -> None:
        """From now on they do nothing but raise it."""

        def fail(*_: object, **__: object) -> None:
            raise error

        for store, name in methods_of(self.store, self.accounts, self.audit, self.sessions, self.tries):
            setattr(store, name, fail)

    def sign_up(self) -> User:
        return sign_up(self.api)

    def make_admin(self, user: User) -> User:
        """Signed in anew, as the role is in the token."""
        accounts = self.accounts.accounts
        accounts[user.username] = replace(accounts[user.username], role=Role.ADMIN)
        session = self.api.sign_in(user.username, user.password)
        return User(user.user_id, user.username, user.password, session)

    def work(self) -> None:
        """The workers serve wake-ups, as time passes, until there are none."""
        while heads := [(m[0].visible_at, lane) for lane in Lane if (m := self.fifos[lane].messages())]:
            soonest, lane = min(heads)
            self.clock.advance(max(0, soonest - self.clock.now()))
            self._work(lane)

    def work_once(self) -> None:
        """A worker of the quick lane serves the next wake-up."""
        self._work(Lane.QUICK)

    def _work(self, lane: Lane) -> None:
        fifo = self.fifos[lane]
        receipt = fifo.receive()
        assert receipt is not None
        lease = MemoryLease(fifo, receipt)
        ending = self.container.queueing.drain(lane)(from_message(receipt.body)[0], lease)
        if isinstance(ending, Wait):
            lease.hold((ending.until - self.clock.now()) / 1000)
        else:
            fifo.delete(receipt)

    def begin(self, user: User, seq: int) -> None:
        """A worker has begun the request and is still at it."""
        found = self.store.tables.requests[user.user_id][seq]
        now = self.clock.now()
        assert self.store.requests.begin(found, "worker", now, now + 60_000).status is Status.RUNNING
