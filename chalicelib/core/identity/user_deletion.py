"""Deleting a user without their password: by the service that has named them, or by an administrator.

The user is marked, and from then on nothing of theirs begins and nothing is accepted. The sweeper removes the
data when nothing has been at work for the user for a while and the application has deleted its own.
"""

from dataclasses import dataclass
from typing import Final

from chalicelib.core.errors import ConflictError, LostRaceError, NotFoundError
from chalicelib.core.identity.account import Role
from chalicelib.core.identity.ports import Accounts
from chalicelib.core.identity.sessions import Sessions
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.entry_store import EntryStore
from chalicelib.core.queueing.names import is_account_id
from chalicelib.core.queueing.queue import Queue, require_live
from chalicelib.core.queueing.queue_store import Connections, QueueStore
from chalicelib.core.time import Clock

NO_USER: Final = "Nothing is stored of this user."
NO_QUEUE: Final = (
    "This user has no queue. If the account has never signed in, disable it, and then delete it."
)
ADMINISTRATOR: Final = "This account is an administrator's. Take the role away first, with infra.operate."


@dataclass(frozen=True, slots=True)
class UserDeletion:
    """Marks users for removal. A deletion may be repeated until the data are gone."""

    queues: QueueStore
    connections: Connections
    entries: EntryStore
    accounts: Accounts
    sessions: Sessions
    clock: Clock

    def by_service(self, name: str, access: str) -> None:
        """Delete a user whom a service has named. Raises NotFoundError, ForbiddenError if disabled."""
        queue = self._queue(name)
        if queue.deleted_at is None:
            self._mark(require_live(queue, access, self.clock.now()))

    def by_administrator(self, user_id: str) -> None:
        """Delete a user, with the account if there is one.

        An account that has never signed in is found only once it is disabled, which makes a queue. Raises
        NotFoundError, and ConflictError if the account is an administrator's.
        """
        queue = self._queue(user_id)
        account = self.accounts.by_username(queue.username) if queue.username else None
        if account and account.user_id == user_id and account.role is Role.ADMIN:
            raise ConflictError(ADMINISTRATOR, code="administrator_account")
        if queue.deleted_at is None:
            self._mark(queue)
        self.sessions.delete_stored(user_id, list(queue.sessions))
        if queue.username:
            self.accounts.remove(queue.username, user_id)

    def _mark(self, queue: Queue) -> None:
        self.connections.mark_for_removal(queue.user_id, self.clock.now())
        log_event("user deleted", user=queue.user_id)

    def _queue(self, user_id: str) -> Queue:
        """Of a user of whom only scheduled requests are stored, a new one: the sweeper finds users by it.

        Not of an account: from such a queue nobody would learn its name, and the account would stay.
        """
        if queue := self.queues.get(user_id):
            return queue
        if is_account_id(user_id) or not self.entries.list_after(user_id, "", 1):
            raise NotFoundError(NO_QUEUE if is_account_id(user_id) else NO_USER)
        try:
            self.connections.create_closed(user_id, 0, self.clock.now(), "")
        except LostRaceError:  # a request has entered, or this very write was repeated
            log_event("queue moves by itself", user=user_id)
        if queue := self.queues.get(user_id):
            return queue
        raise NotFoundError(NO_USER)
