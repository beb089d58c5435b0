"""The shards of the sweeper's sparse indexes, so that no partition of theirs is hot, and who reads which."""

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Final
from zlib import crc32

from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.names import is_account_id
from chalicelib.core.queueing.queue_store import Part

# A partition of an index takes a thousand writes a second. The number of shards is a parameter, which only
# grows: an item keeps its shard until it is written again, and only shards up to the present number are read.
LEAST_SHARDS: Final = 8


def shard(user_id: str, shards: int) -> str:
    """Of an account, from its id, which is random; of a name, from its hash."""
    return str((int(user_id[:4], 16) if is_account_id(user_id) else crc32(user_id.encode())) % shards)


def read_shards[T](
    shards: int, part: Part, query: Callable[[str], Iterable[T]], unread: set[int] | None = None
) -> Iterable[T]:
    """What could be read of this part's shards: an error ends the reading of its shard, and is logged.

    The numbers of such shards are added to `unread`.
    """
    for number in range(part.number, shards, part.of):
        try:
            yield from query(str(number))
        except Exception as error:  # noqa: BLE001 - the sweeper must not stop for it
            if unread is not None:
                unread.add(number)
            log_event("index not read to its end", level=logging.ERROR, shard=number, exception=error)


def read_shards_in_turn[T](
    shards: int, part: Part, pages: Callable[[str], Iterator[T]], is_over: Callable[[], bool]
) -> Iterator[T]:
    """Likewise page by page, one of each shard in turn, until all are read or the time `is_over`.

    So a shard with very many pages keeps nobody from reading the others.
    """
    unread = {number: pages(str(number)) for number in range(part.number, shards, part.of)}
    while unread:
        for number, rest in list(unread.items()):
            if is_over():
                log_event("index not read to its end", level=logging.WARNING, shards=len(unread))
                return
            try:
                yield next(rest)
            except StopIteration:
                del unread[number]
            except Exception as error:  # noqa: BLE001 - the sweeper must not stop for it
                del unread[number]
                log_event("index not read to its end", level=logging.ERROR, shard=number, exception=error)
