"""Who reads which shard of the sweeper's indexes, and for how long."""

from collections.abc import Iterator

from chalicelib.adapters.dynamodb.shards import read_shards_in_turn
from chalicelib.core.queueing.queue_store import ALL, Part

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
