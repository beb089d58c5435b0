"""Deleting what a removed user leaves behind."""

from contextlib import suppress

from pynamodb.expressions.condition import Condition
from pynamodb.models import Model

from chalicelib.adapters.dynamodb.batches import delete_all
from chalicelib.adapters.dynamodb.conflicts import past_conflicts
from chalicelib.adapters.dynamodb.errors import translated
from chalicelib.adapters.dynamodb.queue_items import QueueItems
from chalicelib.adapters.dynamodb.tables import Tables
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.time import Millis

AT_ONCE = 2_500  # requests or keys that one call deletes: a hundred writes of 25, some seconds


class DynamoUserRemoval:
    """The port `UserRemoval`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._items = QueueItems(tables)

    def delete_requests(self, user_id: str) -> bool:
        tables = self._tables
        requests = self._delete_some(tables.requests, user_id, "seq")
        keys = self._delete_some(tables.keys, user_id, "key")
        entries = self._delete_some(tables.entries, user_id, "entry_id")
        return max(requests, keys, entries) < AT_ONCE

    def note_departed(self, queue: Queue, now: Millis) -> None:
        m = self._tables.queues
        noted = [m.departed.set(1), m.leaving.set(now)]
        self._items.update(queue.user_id, [*noted], self._is_marked(queue))

    def claim(self, queue: Queue, deleted_at: Millis) -> Queue:
        moved = self._tables.queues.leaving.set(deleted_at)
        return self._items.update(queue.user_id, [moved], self._is_marked(queue))

    def delete_queue(self, queue: Queue) -> None:
        m = self._tables.queues
        with suppress(m.DoesNotExist):
            past_conflicts(lambda: m(queue.user_id).delete(condition=self._is_marked(queue)))

    def _is_marked(self, queue: Queue) -> Condition:
        """Whether the queue was marked for removal when `queue` says."""
        m = self._tables.queues
        # Moto takes an attribute that is missing for equal to null, which a queue that stays is seen with.
        marked: Condition = m.leaving.exists() & (m.leaving == queue.deleted_at)
        return marked

    def _delete_some(self, model: type[Model], user_id: str, range_key: str) -> int:
        """How many of the user's items were deleted: AT_ONCE at most, and fewer only if none are left."""
        with translated():
            found = list(model.query(user_id, limit=AT_ONCE, attributes_to_get=["user_id", range_key]))
        delete_all(self._tables.connection, model, [(user_id, getattr(item, range_key)) for item in found])
        return len(found)
