"""The requests that wait in the tables of a stack, read for the code that is about to be deployed."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import batched
from typing import TextIO

from pynamodb.exceptions import PynamoDBException

from chalicelib.adapters.dynamodb.shards import LEAST_SHARDS
from chalicelib.adapters.dynamodb.store import DynamoStore
from chalicelib.adapters.dynamodb.tables import TableNames, Tables
from chalicelib.core.errors import GurukoolError
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.request import Request
from chalicelib.core.queueing.texts import with_payload
from infra.target import Target

MOST_REQUESTS = 10_000
MOST_BYTES = 256 * 1024 * 1024  # of payloads
AT_ONCE = 100


class UnreadableError(Exception):
    """The tables do not answer, or the caller may not read them."""


def write_waiting(
    target: Target, outputs: Mapping[str, str], file: TextIO, most: int = MOST_REQUESTS
) -> tuple[int, bool]:
    """Writes user, number, type and payload of each as a line of JSON.

    Returns how many they are, and whether these are all: at most `most` and MOST_BYTES are read. Raises
    UnreadableError.
    """
    try:
        return _write(target, outputs, file, most)
    except (GurukoolError, PynamoDBException) as error:
        raise UnreadableError(str(error)) from error


def _write(target: Target, outputs: Mapping[str, str], file: TextIO, most: int) -> tuple[int, bool]:
    count = size = 0
    shards = int(outputs.get("SweepShards", 0))  # release 0.1.0 has no such output, and no index of moments
    for request in _waiting(_tables(target, outputs), shards):
        if count == most or size >= MOST_BYTES:
            return count, False
        print(json.dumps([request.user_id, request.seq, request.type, request.payload]), file=file)
        count, size = count + 1, size + len(request.payload)
    return count, True


def _tables(target: Target, outputs: Mapping[str, str]) -> Tables:
    names = TableNames(queues=outputs["QueuesTable"], requests=outputs["RequestsTable"])
    tables = Tables(names, target.region, target.endpoint)
    tables.connection._client = target.client("dynamodb")  # noqa: SLF001  (with the target's credentials)
    return tables


def _waiting(tables: Tables, shards: int) -> Iterator[Request]:
    store = DynamoStore(tables, limit=1)
    for user_ids in batched(_users_with_work(tables, shards), AT_ONCE, strict=False):
        for queue in store.sweep_index.get_many(user_ids):
            yield from _waiting_in(store, queue)


def _users_with_work(tables: Tables, shards: int) -> Iterable[str]:
    """Of both indexes. Unlike the sweeper's port, this leaves out no shard that cannot be read."""
    indexes = ((tables.queues.looks, shards), (tables.queues.working, LEAST_SHARDS))
    found = (index.query(str(shard)) for index, count in indexes for shard in range(count))
    return dict.fromkeys(item.user_id for items in found for item in items)


def _waiting_in(store: DynamoStore, queue: Queue) -> Iterator[Request]:
    """All that may still begin, with their payloads."""
    after = max(queue.head, queue.purged)
    while page := store.requests.list_after(queue.user_id, after, AT_ONCE):
        for request in page:
            if not request.settled and (whole := with_payload(store.requests, request)):
                yield whole
        after = page[-1].seq
