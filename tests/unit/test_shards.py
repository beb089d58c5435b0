"""Who reads which shard of the sweeper's indexes, and for how long."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from chalicelib.adapters.dynamodb.models import QueueItem
from chalicelib.adapters.dynamodb.shards import read_shards_in_turn
from chalicelib.adapters.dynamodb.sweep_index import DynamoSweepIndex
from chalicelib.core.queueing.queue_store import ALL, Incomplete, Part

PAGES = {"0": ["a", "b", "c", "d"], "1": ["e"], "2": ["f", "g"], "3": []}


def pages(shard: str) -> Iterator[str]:
    yield from PAGES[shard]


def test_a_long_shard_keeps_nobody_from_reading_the_others() -> None:
    read = list[str]()

    for page in read_shards_in_turn(4, ALL, pages, lambda: len(read) >= 4):
        read.append(page)

    assert read == ["a", "e", "f", "b"]


def test_everything_of_a_part_is_read_if_there_is_time() -> None:
    assert list(read_shards_in_turn(4, Part(0, 2), pages, lambda: False)) == ["a", "f", "b", "g", "c", "d"]


def test_an_error_ends_the_reading_of_its_shard_alone() -> None:
    def broken(shard: str) -> Iterator[str]:
        yield from PAGES[shard][:1]
        if shard == "0":
            raise ValueError
        yield from PAGES[shard][1:]

    assert list(read_shards_in_turn(4, ALL, broken, lambda: False)) == ["a", "e", "f", "g"]


def test_the_ids_of_users_say_how_many_shards_could_not_be_read() -> None:
    """A shard counts once, whichever of its two indexes fails."""

    def look(shard: str, _: object) -> Iterator[Any]:
        if shard in {"1", "2"}:
            raise ValueError
        yield SimpleNamespace(user_id=shard)

    def working(shard: str) -> Iterator[Any]:
        if shard == "2":
            raise ValueError
        yield SimpleNamespace(user_id=shard)

    looks, marks = SimpleNamespace(query=look), SimpleNamespace(query=working)
    queues = SimpleNamespace(looks=looks, working=marks, item_format=QueueItem.item_format)
    tables: Any = SimpleNamespace(queues=queues, shards=4)
    found = DynamoSweepIndex(tables).due(None)

    assert sorted(found) == ["0", "1", "3"]
    assert isinstance(found, Incomplete)
    assert found.unread == 2
    assert not isinstance(DynamoSweepIndex(tables).due(None, Part(0, 4)), Incomplete)
