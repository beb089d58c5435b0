"""The application over the fakes: time passes, and the worker works, only when a test says so."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from chalicelib import wiring, wiring_accounts
from chalicelib.adapters.memory.clock import ManualClock
from chalicelib.adapters.memory.fifo import MemoryFifo
from chalicelib.adapters.memory.log import MemoryLog
from chalicelib.adapters.memory.wake_ups import MemoryLease, MemoryWakeUps
from chalicelib.adapters.sqs.wake_ups import from_message
from chalicelib.core.identity.account import Role
from chalicelib.core.identity.administration import Administration
from chalicelib.core.identity.sessions import Sessions
from chalicelib.core.identity.throttle import Throttle
from chalicelib.core.queueing.attempt import Wait
from chalicelib.core.queueing.lane import Lane
from chalicelib.core.queueing.request import Status
from chalicelib.handlers import samples
from tests.answers.in_process import InProcessApi
from tests.e2e.users import User, sign_up
from tests.fakes.accounts import FakeAccounts, FakeAudit, FakeSessions, FakeTryCounts
from tests.fakes.secrets import FakePasswords, FakeTokens


class Service:
    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        """The clients that were wired before must be forgotten."""
        self.api = InProcessApi()
        self.clock = ManualClock()
        self.log = MemoryLog(wiring.settings().queue_limit)
        self.accounts, self.audit = FakeAccounts(), FakeAudit()
        self.sessions, self.tries = FakeSessions(), FakeTryCounts()
        self.fifos = {lane: MemoryFifo(self.clock.now) for lane in Lane}
        patch.setattr(samples, "time", SimpleNamespace(sleep=self.clock.sleep))
        patch.setattr(wiring, "CLOCK", self.clock)
        self._wire(patch)

    def _wire(self, patch: pytest.MonkeyPatch) -> None:
        """Puts the fakes where the adapters are; all use cases over them are made as ever."""
        wake_ups = MemoryWakeUps(self.fifos[Lane.QUICK], self.fifos[Lane.SLOW])
        tokens = FakeTokens()
        throttle = Throttle(self.tries, self.clock)
        sessions = Sessions(self.sessions, self.log, tokens, self.clock)
        patch.setattr(wiring, "log", lambda: self.log)
        patch.setattr(wiring, "wake_ups", lambda: wake_ups)
        patch.setattr(wiring, "wait_slots", lambda: self.sessions)
        for name, made in (
            ("accounts", self.accounts),
            ("passwords", FakePasswords()),
            ("tokens", tokens),
            ("tries", self.tries),
            ("throttle", throttle),
            ("sessions", sessions),
        ):
            patch.setattr(wiring_accounts, name, lambda made=made: made)
        administration = Administration(
            self.accounts, self.log, self.audit, sessions, wiring.controls(), self.clock
        )
        patch.setattr(wiring_accounts, "administration", lambda: administration)

    def break_stores(self, patch: pytest.MonkeyPatch, error: Exception) -> None:
        """From now on they do nothing but raise it."""

        def fail(*_: object, **__: object) -> None:
            raise error

        for store in (self.log, self.accounts, self.audit, self.sessions, self.tries):
            for name in dir(store):
                if not name.startswith("_") and callable(getattr(store, name)):
                    patch.setattr(store, name, fail)

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

    def _work(self, lane: Lane) -> None:
        fifo = self.fifos[lane]
        receipt = fifo.receive()
        assert receipt is not None
        lease = MemoryLease(fifo, receipt)
        ending = wiring.drain(lane)(from_message(receipt.body)[0], lease)
        if isinstance(ending, Wait):
            lease.hold((ending.until - self.clock.now()) / 1000)
        else:
            fifo.delete(receipt)

    def begin(self, user: User, seq: int) -> None:
        """A worker has begun the request and is still at it."""
        found = self.log.requests_of[user.user_id][seq]
        now = self.clock.now()
        assert self.log.begin(found, "worker", now, now + 60_000).status is Status.RUNNING
