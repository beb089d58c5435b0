"""Sign-ins against changes of the password, with every fault at every call: a small world of its own."""

from random import Random
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.memory.clock import START
from chalicelib.adapters.memory.connections import MemoryConnections
from chalicelib.adapters.memory.store import MemoryStore
from chalicelib.core.errors import GurukoolError
from chalicelib.core.identity.account import Account, Principal
from chalicelib.core.identity.client import Client
from chalicelib.core.identity.own_account import OwnAccount
from chalicelib.core.identity.recovery import Recovery
from chalicelib.core.identity.sessions import Sessions
from chalicelib.core.identity.sign_in import SignIn
from chalicelib.core.identity.throttle import Throttle
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.time import Millis
from tests.fakes.accounts import FakeAccounts, FakeSessions, FakeTryCounts, new_session
from tests.fakes.secrets import FakePasswords, FakeTokens
from tests.simulation import faults
from tests.simulation.history import History, Violation
from tests.simulation.ports import Network, Remote, SimulatedClock
from tests.simulation.scheduler import Scheduler

if TYPE_CHECKING:
    from chalicelib.core.identity.sign_in_links import SignInLink

USER, FIRST, FIRST_PASSWORD = "ada", "first", "the first password"


class FreeGuesses:
    """As many as anybody likes: what bounds them is tested elsewhere."""

    def admit(self, who: str, network: str) -> None:
        return

    def failed(self, made: None) -> None:
        return

    def succeeded(self, made: None) -> None:
        return

    def remember(self, who: str, network: str) -> None:
        return


class PasswordWorld:
    """After a change was answered, no session opened with an older password is live but the caller's."""

    def __init__(self, seed: int) -> None:
        self.rng = rng = Random(seed)
        self.scheduler = Scheduler(rng)
        self.history = History(recorded=False)
        self.network = Network(self.scheduler, rng, faults.draw(rng), self.history)
        self.order = [FIRST_PASSWORD]  # the passwords that the account has had
        self.asked = [FIRST_PASSWORD]  # and those that somebody wanted
        self.tried: dict[str, str] = {}  # by actor
        self.opened = {FIRST: FIRST_PASSWORD}  # by session
        self.links: list[str] = []  # tokens that an administrator was given
        self.used: dict[SignInLink, str] = {}  # links: the password that was set with it
        self.winners: list[str] = []  # sessions that were answered to users of links
        self.answered = 0  # the place in `order` of the newest password whose change was answered
        self.store, self.accounts, self.sessions = MemoryStore(), _Accounts(self), FakeSessions()
        self.accounts.add(Account(USER, USER, FakePasswords().hash(FIRST_PASSWORD), START))
        first = new_session(FIRST, USER, START)
        self.sessions.add(first)
        self.store.connections.open_session(USER, FIRST, first.expires_at, START, USER)
        self.store.connections = _Connections(self)
        self._build()

    def _build(self) -> None:
        clock = SimulatedClock(self.scheduler, self.rng, self.network)
        stores = self.sessions, self.accounts, self.store.queues, self.store.connections
        stored, accounts, queues, connections = (self._remote(store) for store in stores)
        sessions, guesses = Sessions(stored, queues, connections, FakeTokens(), clock), FreeGuesses()
        self.sign_in = SignIn(accounts, FakePasswords(), guesses, sessions)  # type: ignore[arg-type]
        self.recovery = Recovery(
            accounts,
            queues,
            connections,
            FakePasswords(),
            guesses,  # type: ignore[arg-type]
            self.sign_in,
            clock,
        )
        throttle = Throttle(FakeTryCounts(), clock)
        self.own = OwnAccount(accounts, queues, connections, FakePasswords(), throttle, sessions, clock)

    def _remote(self, store: object) -> Any:
        return Remote(store, self.network, lambda args: None)

    def live(self) -> None:
        """Raises Violation."""
        try:
            lasts = self.rng.choice((50, 200, 1_000))
            for i in range(self.rng.randrange(2, 7)):
                self._spawn(f"sign-in-{i}", lambda i=i: self._sign_in(f"sign-in-{i}"), lasts)
            changes = self.rng.randrange(4)
            for i in range(changes):
                self._spawn(f"change-{i}", lambda i=i: self._change(f"the {i + 1}th password"), lasts)
            self._spawn_links(lasts)
            self.scheduler.run_until(START + 600_000)
            self.network.faults = faults.NONE
            if not changes:
                self._require_winners()
            self._farewell()
        finally:
            self.scheduler.end()

    def _spawn_links(self, lasts: int) -> None:
        """One link for several people: its user, and whoever else has seen it. Sometimes it is made anew."""
        users = self.rng.choice((0, 2, 3))
        for i in range(self.rng.randrange(1, 3) if users else 0):
            self._spawn(f"admin-{i}", self._make_link, lasts)
        for i in range(users):
            name = f"link-{i}"
            self._spawn(name, lambda i=i, name=name: self._use_link(name, f"by {i}th link"), 3 * lasts)

    def _make_link(self) -> None:
        account = self.accounts.by_username(USER)
        assert account is not None
        self.links.append(str(self.recovery.make_link(account, 3600)[0]))

    def _use_link(self, name: str, new: str) -> None:
        if not self.links:
            return
        self.tried[name] = new
        self.asked.append(new)
        token = self.recovery.use_link(self.rng.choice(self.links), new, Client()).access_token
        session_id = FakeTokens().verify(token).session_id
        self.winners.append(session_id)
        self._changed(session_id, new)

    def _require_winners(self) -> None:
        """Only another link ends the session of a link; a second use of the same one does not."""
        live = self.store.tables.queues[USER].sessions
        for session_id in self.winners:
            if self.opened[session_id] == self.order[-1] and session_id not in live:
                raise Violation(f"{session_id} was ended by a link that was used already")

    def _spawn(self, name: str, do: Any, lasts: int) -> None:
        def body() -> None:
            try:
                do()
            except GurukoolError:
                return

        self.scheduler.spawn(name, body, after=self.rng.randrange(lasts))

    def _sign_in(self, name: str) -> None:
        self.tried[name] = self.rng.choice(self.asked)
        self.sign_in(USER, self.tried[name], Client())

    def _change(self, new: str) -> None:
        """Perhaps by a session that an earlier change has ended, and again if there was no answer."""
        session_id, current = self.rng.choice([*self.opened]), self.rng.choice(self.asked)
        self.asked.append(new)
        try:
            self._change_once(session_id, current, new)
        except GurukoolError:
            self._change_once(session_id, current, new)

    def _change_once(self, session_id: str, current: str, new: str) -> None:
        self.own.change_password(Principal(USER, USER, session_id), current, new)
        self._changed(session_id, new)

    def _changed(self, session_id: str, new: str) -> None:
        """A change was answered to that session."""
        changed = self.order.index(new)
        self.answered = max(self.answered, changed)
        for other in self.store.tables.queues[USER].sessions:
            if other != session_id:
                self.check(other, changed)  # a later change, by `other` itself, may have been answered before

    def check(self, session_id: str, changed: int) -> None:
        password = self.opened[session_id]
        if self.order.index(password) < changed:
            raise Violation(f"{session_id} was opened with {password} and is live")

    def _farewell(self) -> None:
        """Whatever was interrupted, the password that the account has signs in, and can be changed."""
        done: list[str] = []

        def owner() -> None:
            self.tried["owner"] = self.order[-1]
            token = self.sign_in(USER, self.order[-1], Client()).access_token
            self._change_once(FakeTokens().verify(token).session_id, self.order[-1], "the last password")
            done.append("the last password")

        self._spawn("owner", owner, 1)
        self.scheduler.run_until(self.scheduler.now + 60_000)
        if not done or len(self.store.tables.queues[USER].sessions) != 1:
            raise Violation("the owner is locked out, or not alone")


class _Connections(MemoryConnections):
    def __init__(self, world: PasswordWorld) -> None:
        super().__init__(world.store.tables)
        self._world = world

    def open_session(self, user_id: str, session_id: str, *args: Any, **kwargs: Any) -> Queue:
        queue = super().open_session(user_id, session_id, *args, **kwargs)
        self._world.opened[session_id] = self._world.tried[self._world.scheduler.current.name]
        self._world.check(session_id, self._world.answered)
        return queue


class _Accounts(FakeAccounts):
    def __init__(self, world: PasswordWorld) -> None:
        super().__init__()
        self._world = world

    def use_link(self, account: Account, password_hash: str, generation: int, now: Millis) -> None:
        super().use_link(account, password_hash, generation, now)
        if account.link in self._world.used:
            raise Violation(
                f"a link was used twice, for {self._world.used[account.link]} and {password_hash}"
            )
        if account.link:
            self._world.used[account.link] = password_hash

    def set_password(self, account: Account, password_hash: str, generation: int) -> None:
        super().set_password(account, password_hash, generation)
        password = password_hash.removeprefix("hashed ")
        if password != self._world.order[-1]:
            self._world.order.append(password)
