"""The scheduled requests of a stack, read for the code that is about to be deployed.

Among them are those that are due and wait for room in their user's queue. docs/deploy.md (Releases) lists the
permissions that this needs.
"""

from collections.abc import Iterator, Mapping
from heapq import merge
from itertools import batched
from operator import attrgetter
from typing import TextIO

from chalicelib.adapters.dynamodb.batches import get_all
from chalicelib.adapters.dynamodb.entry_items import to_entry
from chalicelib.adapters.dynamodb.shards import LEAST_SHARDS
from chalicelib.adapters.dynamodb.tables import Tables
from chalicelib.core.queueing.entry import Entry
from infra.target import Target
from infra.waiting import AT_ONCE, MOST_REQUESTS, Written, as_unreadable, tables_of


@as_unreadable()
def write_scheduled(
    target: Target, outputs: Mapping[str, str], file: TextIO, most: int = MOST_REQUESTS
) -> Written:
    """Writes user, id, type and payload of each as a line of JSON, those first that enter first.

    At most `most` and MOST_BYTES are read. Raises UnreadableError.
    """
    written = Written()
    if "ScheduledTable" not in outputs:  # release 0.1.0 has none
        return written
    shards = int(outputs.get("SweepShards", LEAST_SHARDS))
    for entry in _entries(tables_of(target, outputs), shards):
        if not written.has_room(most):
            break
        written.write(file, entry.user_id, entry.id, entry.type, entry.payload)
    return written


def _entries(tables: Tables, shards: int) -> Iterator[Entry]:
    """By their moments. The index has their keys only."""
    m, by_moment = tables.entries, attrgetter("enter_at", "entry_id")
    each_shard = (m.due.query(str(shard), page_size=AT_ONCE) for shard in range(shards))
    for some in batched(merge(*each_shard, key=by_moment), AT_ONCE, strict=False):
        found = get_all(tables.connection, m, [(item.user_id, item.entry_id) for item in some])
        yield from map(to_entry, sorted(found, key=by_moment))
