"""The requests that wait in the tables of a stack, read for the code that is about to be deployed.

docs/deploy.md (Releases) lists the permissions that this needs.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import batched
from typing import TextIO

from botocore.exceptions import ClientError
from pynamodb.exceptions import PynamoDBException

from chalicelib.adapters.dynamodb.shards import LEAST_SHARDS
from chalicelib.adapters.dynamodb.store import DynamoStore
from chalicelib.adapters.dynamodb.tables import TableNames, Tables
from chalicelib.adapters.s3.objects import S3Objects
from chalicelib.core.errors import GurukoolError
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.request import Request
from chalicelib.core.queueing.texts import with_payload
from chalicelib.core.queueing.uploaded import fetched
from infra.target import Target

MOST_REQUESTS = 10_000
MOST_BYTES = 256 * 1024 * 1024  # of payloads
AT_ONCE = 100


class UnreadableError(Exception):
    """The tables do not answer, or the caller may not read them."""


@dataclass(slots=True)
class Written:
    """What was read of the requests that wait."""

    count: int = 0
    complete: bool = True  # or there are more
    unread: int = 0  # requests beside these whose payloads are items or objects that the caller may not read
    why: str = ""  # the last reason of that
    size: int = field(default=0, compare=False)  # of the payloads, in bytes

    def has_room(self, most: int) -> bool:
        """Whether less has been read than `most` requests and MOST_BYTES. If not, there are more."""
        self.complete = self.count + self.unread < most and self.size < MOST_BYTES
        return self.complete

    def write(self, file: TextIO, user_id: str, key: int | str, of_type: str, payload: str) -> None:
        """As a line of JSON."""
        print(json.dumps([user_id, key, of_type, payload]), file=file)
        self.count, self.size = self.count + 1, self.size + len(payload.encode())


@contextmanager
def as_unreadable() -> Iterator[None]:
    """Raises UnreadableError if the block cannot read the tables. Decorates functions, too."""
    try:
        yield
    except (GurukoolError, PynamoDBException, ClientError) as error:
        raise UnreadableError(str(error)) from error


@as_unreadable()
def write_waiting(
    target: Target, outputs: Mapping[str, str], file: TextIO, most: int = MOST_REQUESTS
) -> Written:
    """Writes user, number, type and payload of each as a line of JSON.

    At most `most` and MOST_BYTES are read. Raises UnreadableError.
    """
    written = Written()
    shards = int(outputs.get("SweepShards", 0))  # release 0.1.0 has no such output, and no index of moments
    bucket = outputs.get("UploadsBucket")
    objects = S3Objects(lambda: target.client("s3"), bucket) if bucket else None
    tables = tables_of(target, outputs)
    store = DynamoStore(tables, limit=1, objects=objects)
    for request in _waiting(store, _users_with_work(tables, shards)):
        if not written.has_room(most):
            break
        if whole := _whole(store, request, written):
            written.write(file, whole.user_id, whole.seq, whole.type, whole.payload)
    return written


def tables_of(target: Target, outputs: Mapping[str, str]) -> Tables:
    """The tables of the stack with these outputs in which requests wait."""
    scheduled = outputs.get("ScheduledTable", "")
    names = TableNames(outputs["QueuesTable"], outputs["RequestsTable"], scheduled=scheduled)
    tables = Tables(names, target.region, target.endpoint)
    tables.connection._client = target.client("dynamodb")  # noqa: SLF001  (with the target's credentials)
    return tables


def _waiting(store: DynamoStore, users: Iterable[str]) -> Iterator[Request]:
    for user_ids in batched(users, AT_ONCE, strict=False):
        for queue in store.sweep_index.get_many(user_ids):
            yield from _waiting_in(store, queue)


def _users_with_work(tables: Tables, shards: int) -> Iterable[str]:
    """Of both indexes. Unlike the sweeper's port, this leaves out no shard that cannot be read."""
    indexes = ((tables.queues.looks, shards), (tables.queues.working, LEAST_SHARDS))
    found = (index.query(str(shard)) for index, count in indexes for shard in range(count))
    return dict.fromkeys(item.user_id for items in found for item in items)


def _whole(store: DynamoStore, request: Request, written: Written) -> Request | None:
    """With its payload; None if that is gone, in a bucket that the stack does not have, or may not be read.

    Raises UnavailableError if DynamoDB or S3 does not answer.
    """
    try:
        if request.upload is None:
            return with_payload(store.requests, request)
        return fetched(store.objects, request) if store.objects else None
    except (PynamoDBException, ClientError) as error:
        written.unread, written.why = written.unread + 1, str(error)
        return None


def _waiting_in(store: DynamoStore, queue: Queue) -> Iterator[Request]:
    """All that may still begin, without what is stored apart."""
    after = max(queue.head, queue.purged)
    while page := store.requests.list_after(queue.user_id, after, AT_ONCE):
        yield from (request for request in page if not request.settled)
        after = page[-1].seq
