"""Signing in, over the fakes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pytest import MonkeyPatch  # noqa: PT013 - only the type

from chalicelib.adapters.memory.clock import ManualClock
from chalicelib.adapters.memory.store import MemoryStore
from chalicelib.core.identity.account import Account, Credentials
from chalicelib.core.identity.client import Client
from chalicelib.core.identity.guesses import Guesses
from chalicelib.core.identity.own_account import OwnAccount
from chalicelib.core.identity.registration import Registration
from chalicelib.core.identity.sessions import Sessions
from chalicelib.core.identity.sign_in import SignIn
from chalicelib.core.identity.throttle import Throttle
from tests.fakes.accounts import FakeAccounts, FakeSessions, FakeTryCounts
from tests.fakes.secrets import FakePasswords, FakeTokens

HOME = "192.0.2.1"
PASSWORD = "correct horse battery"


@dataclass
class SignInHarness:
    """Everything between a stranger and a queue."""

    clock: ManualClock = field(default_factory=ManualClock)
    store: MemoryStore = field(default_factory=MemoryStore)
    accounts: FakeAccounts = field(default_factory=FakeAccounts)
    tries: FakeTryCounts = field(default_factory=FakeTryCounts)

    def __post_init__(self) -> None:
        passwords, tokens = FakePasswords(), FakeTokens()
        queues, connections = self.store.queues, self.store.connections
        throttle = Throttle(self.tries, self.clock)
        guesses = Guesses(self.tries, throttle, self.clock)
        self._register = Registration(self.accounts, passwords, self.clock, guesses)
        self.stored_sessions = FakeSessions()
        self.sessions = Sessions(self.stored_sessions, queues, connections, tokens, self.clock)
        self._sign_in = SignIn(self.accounts, passwords, guesses, self.sessions)
        self.own = OwnAccount(
            self.accounts, queues, connections, passwords, throttle, self.sessions, self.clock
        )
        self.verify = tokens.verify

    def register(self, username: str, password: str, network: str = HOME) -> Account:
        return self._register(username, password, Client("", network))

    def sign_in(self, username: str, password: str, network: str = HOME) -> Credentials:
        return self._sign_in(username, password, Client("", network))


def before_next(patch: MonkeyPatch, store: object, name: str, do: Callable[[], object]) -> None:
    """Just before the next call of this method takes effect, somebody else does something."""
    method = getattr(store, name)

    def call(*args: Any, **kwargs: Any) -> Any:
        patch.setattr(store, name, method)
        do()
        return method(*args, **kwargs)

    patch.setattr(store, name, call)
