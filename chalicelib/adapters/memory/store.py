"""All store ports over data in memory."""

from chalicelib.adapters.memory.callbacks import MemoryCallbacks
from chalicelib.adapters.memory.connections import MemoryConnections
from chalicelib.adapters.memory.entries import MemoryEntries
from chalicelib.adapters.memory.keys import MemoryKeys
from chalicelib.adapters.memory.notes import MemoryNotes
from chalicelib.adapters.memory.queues import MemoryQueues
from chalicelib.adapters.memory.removal import MemoryUserRemoval
from chalicelib.adapters.memory.requests import Commit, MemoryRequests
from chalicelib.adapters.memory.sweep_index import MemorySweepIndex
from chalicelib.adapters.memory.tables import MemoryTables
from chalicelib.core.queueing.object_store import ObjectStore


class MemoryStore:
    """The port `Store`. What is stored is in `tables`, for tests to look at."""

    def __init__(self, limit: int = 10_000, commit: Commit | None = None) -> None:
        """`limit`: how many requests without an outcome a new queue has room for.

        `commit` writes the effects of handlers; without it they are bookings, and go to `tables.ledger`.
        """
        self.tables = MemoryTables(limit)
        self.queues = MemoryQueues(self.tables)
        self.keys = MemoryKeys(self.tables)
        self.requests = MemoryRequests(self.tables, self.keys, commit or self.tables.ledger.commit)
        self.notes = MemoryNotes(self.tables)
        self.connections = MemoryConnections(self.tables)
        self.sweep_index = MemorySweepIndex(self.tables)
        self.removal = MemoryUserRemoval(self.tables)
        self.entries = MemoryEntries(self.tables, self.keys, self.requests)
        self.callbacks = MemoryCallbacks(self.tables)

    @property
    def objects(self) -> ObjectStore | None:
        return self.tables.objects
