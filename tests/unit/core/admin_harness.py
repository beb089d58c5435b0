"""Administration over the fakes: an administrator, and a user whom they look after."""

from dataclasses import dataclass, field

from chalicelib.core.identity.account import Account, Principal, Role
from chalicelib.core.identity.administration import Administration
from chalicelib.core.identity.sessions import Sessions
from tests.fakes.accounts import FakeAudit, FakeSessions
from tests.fakes.secrets import FakeTokens
from tests.unit.core.queue_harness import USER, QueueHarness


@dataclass
class AdminHarness(QueueHarness):
    """`admin` is called root; the user of QueueHarness is called ada."""

    audit: FakeAudit = field(default_factory=FakeAudit)
    stored_sessions: FakeSessions = field(default_factory=FakeSessions)

    def __post_init__(self) -> None:
        super().__post_init__()
        queues, connections = self.store.queues, self.store.connections
        self.sessions = Sessions(self.stored_sessions, queues, connections, FakeTokens(), self.clock)
        self.administration = Administration(
            self.accounts, queues, connections, self.audit, self.sessions, self.controls, self.clock
        )
        root = Account("root", "admin", "", self.clock.now(), Role.ADMIN)
        ada = Account("ada", USER, "", self.clock.now())
        self.accounts.accounts = {account.username: account for account in (root, ada)}
        self.admin, self.ada = self.sign_in(root), self.sign_in(ada)

    def noted(self) -> list[tuple[str, str, str]]:
        return [(entry.actor, entry.action, entry.subject) for entry in self.audit.entries]

    def sign_in(self, account: Account) -> Principal:
        credentials = self.sessions.start(account, "")
        return FakeTokens().verify(credentials.access_token)

    @property
    def changeable(self) -> object:
        """All that anybody may change, as it is now, but for the audit log."""
        tables, sessions = self.store.tables, dict(self.stored_sessions.sessions)
        requests = {user_id: dict(places) for user_id, places in tables.requests.items()}
        return dict(tables.queues), requests, dict(self.accounts.accounts), sessions
