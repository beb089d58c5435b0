"""One queue item: reading it, updating it under a condition, and what its conditions are made of."""

from contextlib import suppress
from typing import Any

from pynamodb.constants import ALL_NEW, ATTRIBUTES
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.adapters.dynamodb.conflicts import past_conflicts
from chalicelib.adapters.dynamodb.errors import translated
from chalicelib.adapters.dynamodb.format import is_readable
from chalicelib.adapters.dynamodb.marks import Marks
from chalicelib.adapters.dynamodb.records import to_queue
from chalicelib.adapters.dynamodb.tables import Tables
from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.access import needs_session
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.time import Millis


class QueueItems(Marks):
    """What all stores that touch a queue item share; each of them has one of these."""

    def __init__(self, tables: Tables) -> None:
        super().__init__(tables)
        self._readable = is_readable(self.model.item_format)

    def get(self, user_id: str) -> Queue | None:
        with translated():
            try:
                return to_queue(self.model.get(user_id, consistent_read=True))
            except self.model.DoesNotExist:
                return None

    def update(self, user_id: str, actions: list[Action], condition: Condition) -> Queue:
        """The queue as it is afterwards. Raises LostRaceError, UnavailableError."""
        table = self.model.Meta.table_name
        condition &= self._readable
        answer = past_conflicts(
            lambda: self.tables.connection.update_item(
                table, user_id, actions=actions, condition=condition, return_values=ALL_NEW
            )
        )
        return to_queue(self.model.from_raw_data(answer[ATTRIBUTES]))

    def change_limit(self, queue: Queue, limit: int) -> None:
        """If the deployment's limit has changed since the queue was made, its room changes by as much."""
        if queue.limit == limit:
            return
        m = self.model
        with suppress(LostRaceError):  # another call was first
            actions: list[Action] = [m.room.add(limit - queue.limit), m.limit.set(limit)]
            self.update(queue.user_id, actions, m.limit == queue.limit)

    def is_live(self, session_id: str, now: Millis) -> Condition:
        """Whether a call may use a queue that exists: see `Queue.is_live`."""
        if not needs_session(session_id):
            return self.is_admitted()
        expiry: Any = self.model.sessions[session_id]
        live: Condition = expiry > now
        return live

    def is_admitted(self) -> Condition:
        """See `Queue.is_admitted`."""
        m = self.model
        admitted: Condition = m.barred.does_not_exist() & m.leaving.does_not_exist()
        return admitted

    def is_drained(self, queue: Queue) -> Condition:
        """Whether head, tail and sessions are as in this drained queue.

        Besides, it owes no callback and is not to be removed.
        """
        m = self.model
        drained: Any = (m.head == queue.tail) & (m.tail == queue.tail)
        drained &= m.owing.does_not_exist()
        same: Condition = drained & (m.sessions == dict(queue.sessions)) & m.leaving.does_not_exist()
        return same


def has(attribute: Any, value: object) -> Any:
    """Condition: the attribute has this value, or is not there."""
    return attribute.does_not_exist() if value is None else attribute == value
