"""Administration: every action is written to the audit log before it is carried out."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

from chalicelib.core.errors import (
    ConflictError,
    ForbiddenError,
    LostRaceError,
    NotFoundError,
)
from chalicelib.core.identity.account import Account, Principal, Role, folded
from chalicelib.core.identity.audit import Entry, before_end_of, carry_out, month_of, note
from chalicelib.core.identity.ports import Accounts, AuditTrail
from chalicelib.core.identity.sessions import Sessions
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.controls import Controls
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.queue_store import Connections, QueueStore
from chalicelib.core.queueing.request import Request
from chalicelib.core.time import Clock

SCAN = 200  # queues read at a time
LONGEST_SCAN = 10_000  # queues that one call reads


@dataclass(frozen=True, slots=True)
class Stats:
    """Totals of all queues, as far as one call reads them."""

    queues: dict[str, int]  # by state
    users_with_work: int
    waiting: int  # requests without an outcome
    counts: dict[str, int]  # outcomes, by status
    sessions: int
    complete: bool  # False: there are more queues than one call looks at


@dataclass(frozen=True, slots=True)
class Administration:
    """What administrators can see and do.

    Every method raises UnauthenticatedError if the session has ended, and ForbiddenError if the account is
    not an administrator's now, whatever the access token says.
    """

    accounts: Accounts
    queue_store: QueueStore
    connections: Connections
    audit: AuditTrail
    sessions: Sessions
    controls: Controls
    clock: Clock
    longest_scan: int = LONGEST_SCAN

    def queues(
        self, admin: Principal, after: str | None, limit: int, matches: Callable[[Queue], bool]
    ) -> tuple[Sequence[Queue], str | None]:
        """The next matching queues, in no particular order, and the user to go on after; None at the end.

        One call reads at most `longest_scan` queues, so it may find none although more follow.
        """
        self.require_admin(admin)
        found: list[Queue] = []
        for looked_at, queue in enumerate(self._scan(after), 1):
            if matches(queue):
                found.append(queue)
            if len(found) == limit or looked_at == self.longest_scan:
                return found, queue.user_id
        return found, None

    def queue(self, admin: Principal, user_id: str) -> Queue:
        """Raises NotFoundError."""
        self.require_admin(admin)
        if queue := self.queue_store.get(user_id):
            return queue
        raise NotFoundError("This user has no queue.")

    def stats(self, admin: Principal) -> Stats:
        self.require_admin(admin)
        queues = list(islice(self._scan(None), self.longest_scan))
        counts = sum((Counter({s.value: n for s, n in q.counts.items()}) for q in queues), Counter[str]())
        now = self.clock.now()
        return Stats(
            queues=dict(Counter(queue.state.value for queue in queues)),
            users_with_work=sum(queue.depth > 0 for queue in queues),
            waiting=sum(queue.depth for queue in queues),
            counts=dict(counts),
            sessions=sum(queue.live_sessions(now) for queue in queues),
            complete=len(queues) < self.longest_scan,
        )

    def pause(self, admin: Principal, user_id: str) -> Queue:
        return self.carry_out(admin, "pause queue", user_id, lambda: self.controls.pause(user_id, None))

    def resume(self, admin: Principal, user_id: str) -> Queue:
        return self.carry_out(admin, "resume queue", user_id, lambda: self.controls.resume(user_id, None))

    def purge(self, admin: Principal, user_id: str) -> Queue:
        return self.carry_out(admin, "purge queue", user_id, lambda: self.controls.purge(user_id, None))

    def retry(self, admin: Principal, user_id: str, seq: int) -> tuple[Request, Queue]:
        action = f"retry request {seq}"
        return self.carry_out(admin, action, user_id, lambda: self.controls.retry_head(user_id, None, seq))

    def skip(self, admin: Principal, user_id: str, seq: int) -> Request:
        action = f"skip request {seq}"
        return self.carry_out(admin, action, user_id, lambda: self.controls.skip(user_id, None, seq))

    def stop(self, admin: Principal, user_id: str, seq: int) -> Request:
        action = f"stop request {seq}"
        return self.carry_out(admin, action, user_id, lambda: self.controls.stop(user_id, None, seq))

    def disable(self, admin: Principal, username: str) -> Account:
        """End all sessions of the account and refuse new ones. Requests that were accepted still run.

        Raises ConflictError for the administrator's own account, NotFoundError.
        """
        account = self.find_account(admin, username)
        if account.user_id == admin.user_id:
            raise ConflictError(
                "You cannot disable your own account. Ask another administrator.", code="own_account"
            )
        name, id_ = account.username, account.user_id
        disable = partial(self._set_disabled, account, disabled=True)
        return self._act(admin, "disable account", name, disable, id_)

    def enable(self, admin: Principal, username: str) -> Account:
        account = self.find_account(admin, username)
        name, id_ = account.username, account.user_id
        enable = partial(self._set_disabled, account, disabled=False)
        return self._act(admin, "enable account", name, enable, id_)

    def entries(
        self, admin: Principal, month: str | None, before: str | None, limit: int, *, user: str | None = None
    ) -> tuple[Sequence[Entry], str | None]:
        """Entries of a month such as 2026-11, the newest first, and the id of the entry to go on before.

        The id is None at the end of the month. Without a month: the present one. With the id of a user:
        entries about that user, without a month those of all months.
        """
        self.require_admin(admin)
        if user is not None:
            if month is not None:
                before = min(filter(None, (before, before_end_of(month))))
            found = self.audit.page_about(user, before, limit)
            found = [entry for entry in found if month in (None, entry.month)]
        else:
            found = self.audit.page(month or month_of(self.clock.now()), before, limit)
        return found, found[-1].entry_id if len(found) == limit else None

    def carry_out[Done](
        self, admin: Principal, action: str, subject: str, do: Callable[[], Done], subject_id: str = ""
    ) -> Done:
        """Do it as an action of this administrator, with an entry in the audit log before it."""
        self.require_admin(admin)
        return self._act(admin, action, subject, do, subject_id)

    def require_admin(self, admin: Principal) -> None:
        """Raises UnauthenticatedError, and ForbiddenError if the account is not an administrator's now."""
        self.sessions.require_live(admin)
        account = self.accounts.by_username(admin.username)
        if account is None or account.user_id != admin.user_id or account.role is not Role.ADMIN:
            raise ForbiddenError("This is for administrators only.", code="admin_only")

    def _set_disabled(self, account: Account, *, disabled: bool) -> Account:
        """Sessions are live or not in the queue item: barring the user there ends all of them at once.

        Of several calls at once, the one that is the last to write the queue reads the account after that,
        and finds what the last one has set there. So in the end, account and queue say the same.
        """
        try:
            self.accounts.set_disabled(account, disabled=disabled)
        except LostRaceError:
            raise NotFoundError("This account no longer exists.") from None
        written: bool | None = None
        current: bool | None = disabled
        while current is not None and current is not written:
            self._set_blocked(account, blocked=current)
            written, current = current, self._is_disabled(account)
        log_event("account disabled" if disabled else "account enabled", user=account.user_id)
        return account

    def _is_disabled(self, account: Account) -> bool | None:
        """As it is stored now; None if the account is gone."""
        found = self.accounts.by_username(account.username)
        return found.disabled if found and found.user_id == account.user_id else None

    def _set_blocked(self, account: Account, *, blocked: bool) -> None:
        if not blocked:
            return self.connections.unblock(account.user_id)
        queue = self.queue_store.get(account.user_id)
        self.connections.block(account.user_id, self.clock.now(), account.username)
        return self.sessions.delete_stored(account.user_id, list(queue.sessions) if queue else [])

    def find_account(self, admin: Principal, username: str) -> Account:
        """Raises NotFoundError."""
        self.require_admin(admin)
        if account := self.accounts.by_username(folded(username)):
            return account
        raise NotFoundError("There is no such account.")

    def _act[Done](
        self, admin: Principal, action: str, subject: str, do: Callable[[], Done], subject_id: str = ""
    ) -> Done:
        """Carry out an action between entries in the audit log."""
        ids = {"actor_id": admin.user_id, "subject_id": subject_id or subject}

        def write(action: str) -> None:
            entry = Entry.new(self.clock.now(), admin.username, action, subject, **ids)
            note(self.audit, "administrator acts", entry, user=admin.user_id)

        return carry_out(write, action, do)

    def _scan(self, after: str | None) -> Iterator[Queue]:
        while page := self.queue_store.page(after, SCAN):
            yield from page
            after = page[-1].user_id
