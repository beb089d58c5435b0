"""All store ports over one set of tables."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.adapters.dynamodb.callbacks import DynamoCallbacks
    from chalicelib.adapters.dynamodb.connections import DynamoConnections
    from chalicelib.adapters.dynamodb.entries import DynamoEntries
    from chalicelib.adapters.dynamodb.keys import DynamoKeys
    from chalicelib.adapters.dynamodb.notes import DynamoNotes
    from chalicelib.adapters.dynamodb.queues import DynamoQueues
    from chalicelib.adapters.dynamodb.removal import DynamoUserRemoval
    from chalicelib.adapters.dynamodb.requests import DynamoRequests
    from chalicelib.adapters.dynamodb.sweep_index import DynamoSweepIndex
    from chalicelib.adapters.dynamodb.tables import Tables
    from chalicelib.core.queueing.object_store import ObjectStore


class DynamoStore:
    """The port `Store`. Each of its ports is imported and made when it is first asked for."""

    def __init__(self, tables: Tables, limit: int, objects: ObjectStore | None = None) -> None:
        """`limit`: how many requests without an outcome a new queue has room for. `objects`: the bucket."""
        self.objects = objects
        self._tables = tables
        self._limit = limit

    @cached_property
    def queues(self) -> DynamoQueues:
        from chalicelib.adapters.dynamodb.queues import DynamoQueues

        return DynamoQueues(self._tables, self._limit)

    @cached_property
    def requests(self) -> DynamoRequests:
        from chalicelib.adapters.dynamodb.requests import DynamoRequests

        return DynamoRequests(self._tables, self.keys)

    @cached_property
    def keys(self) -> DynamoKeys:
        from chalicelib.adapters.dynamodb.keys import DynamoKeys

        return DynamoKeys(self._tables)

    @cached_property
    def notes(self) -> DynamoNotes:
        from chalicelib.adapters.dynamodb.notes import DynamoNotes

        return DynamoNotes(self._tables)

    @cached_property
    def connections(self) -> DynamoConnections:
        from chalicelib.adapters.dynamodb.connections import DynamoConnections

        return DynamoConnections(self._tables, self._limit)

    @cached_property
    def sweep_index(self) -> DynamoSweepIndex:
        from chalicelib.adapters.dynamodb.sweep_index import DynamoSweepIndex

        return DynamoSweepIndex(self._tables)

    @cached_property
    def entries(self) -> DynamoEntries:
        from chalicelib.adapters.dynamodb.entries import DynamoEntries

        return DynamoEntries(self._tables, self.keys, self._limit)

    @cached_property
    def callbacks(self) -> DynamoCallbacks:
        from chalicelib.adapters.dynamodb.callbacks import DynamoCallbacks

        return DynamoCallbacks(self._tables)

    @cached_property
    def removal(self) -> DynamoUserRemoval:
        from chalicelib.adapters.dynamodb.removal import DynamoUserRemoval

        return DynamoUserRemoval(self._tables)
