"""Payloads that are too large for a call of the API, in the tests of an application."""

import pytest

from chalicelib.core.errors import TooLargeError
from gurukool import handler
from gurukool.testing import Queue

KIB = 1024


@handler("count")
def count(payload: str) -> int:
    return len(payload)


@handler("fragile", max_attempts=2)
def fragile(payload: str) -> int:
    raise ValueError(payload[:1])


def test_a_large_payload_reaches_its_handler() -> None:
    queue = Queue()
    seqs = [queue.enqueue(count, "x" * size) for size in (1, 129 * KIB, 3_000 * KIB)]
    queue.run()
    assert [queue.outcome(seq).result for seq in seqs] == [1, 129 * KIB, 3_000 * KIB]


def test_a_failed_request_with_a_large_payload_is_retried() -> None:
    queue = Queue()
    seq = queue.enqueue(fragile, "x" * 200 * KIB)
    queue.run()
    assert queue.outcome(seq).attempts == 2


def test_a_payload_of_more_than_4_mib_is_refused() -> None:
    with pytest.raises(TooLargeError, match="larger than 4 MiB"):
        Queue().enqueue(count, "x" * 4_096 * KIB)
