"""The port through which the core reads and writes entries, and has them enter the line."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from chalicelib.core.queueing.entry import Entry
from chalicelib.core.queueing.idempotency import IdempotencyKey
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.queue_store import ALL, Part
from chalicelib.core.queueing.request import Request
from chalicelib.core.time import Millis


class EntryStore(Protocol):
    """The entries of every user, by user and id.

    Each method is one consistent read or one conditional write, which changes nothing and raises
    LostRaceError if its condition does not hold. `write`, `enter` and `delete` are recognized when they are
    repeated on the way: an entry that has entered, or was deleted, must not come back by a repetition.

    Every method raises UnavailableError if the store does not answer, and a read raises NewerItemError if a
    newer release has stored what it finds. Follow-ups are written by `RequestStore.finish`, as effects.
    """

    def write(self, entry: Entry, key: IdempotencyKey | None = None) -> None:
        """Store a new entry. Condition: nothing is stored under its id.

        With a key, also store that the key stands for the entry, in one transaction. Second condition: the
        key is not stored yet, or has expired.
        """
        ...

    def get(self, user_id: str, entry_id: str) -> Entry | None: ...

    def list_after(self, user_id: str, after: str, limit: int) -> Sequence[Entry]:
        """At most `limit` entries with ids above `after`, in order, with "" for each payload.

        The page may have fewer entries although more follow. It is empty only at the end.
        """
        ...

    def due(self, user_id: str, now: Millis, limit: int) -> Sequence[Entry]:
        """The first entries of the user that are due, at most `limit`, in the order in which they enter."""
        ...

    def earliest(
        self,
        until: Millis,
        part: Part = ALL,
        *,
        since: Millis = 0,
        is_over: Callable[[], bool] = lambda: False,
    ) -> Mapping[str, Millis]:
        """Users with entries that enter from `since` to `until`, and when the first of each enters.

        From an index, which may be late. A shard of it that cannot be read is left out, and so is what has
        not been read when the time `is_over`: of each shard the entries that enter last.
        """
        ...

    def take_number(self, user_id: str, now: Millis, *, create: bool) -> Queue:
        """Give out one number, the tail of the returned queue, without a session. A closed queue opens.

        Conditions: there is room, the user is not blocked, and the queue is not to be removed. A queue that
        does not exist is created if `create` says so.
        """
        ...

    def enter(self, entry: Entry, request: Request) -> None:
        """Store the request and delete the entry, in one transaction.

        Conditions: nothing is stored under the request's number, and the entry is stored. If a key stands for
        the entry, it stands for the request as well from now on, and does not expire before it. Third
        condition: that key does.
        """
        ...

    def delete(self, entry: Entry, now: Millis) -> None:
        """Delete the entry. Condition: it is stored.

        If a key stands for it, the key expires with what would end now, in the same transaction. A key that
        stands for something newer stays as it is.
        """
        ...
