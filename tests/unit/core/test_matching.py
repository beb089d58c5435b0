"""Lists of requests by status and type."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.matching import PASSED, Found, Match, match_page
from chalicelib.core.queueing.pages import Extent
from chalicelib.core.queueing.request import Failure, Status
from tests.unit.core.queue_harness import SESSION, USER, QueueHarness, seqs

BROKEN = Failure("permanent", "It broke.")
RANGE, INDEX = "list_matching", "list_indexed"
DONE = 300  # requests that have ended; as many wait

type Read = tuple[str, int, int]


@pytest.fixture
def long(harness: QueueHarness) -> QueueHarness:
    """Every hundredth has failed; of those that wait, 400 was cancelled."""
    harness.make_room(2 * DONE)
    harness.script |= {seq: [BROKEN] for seq in range(100, DONE + 1, 100)}
    for type_ in ("skip", "slow"):
        for _ in range(3):
            harness.enqueue(USER, SESSION, [Work(type_, "null")] * 100)
        if type_ == "skip":
            harness.run()
    harness.controls.cancel(USER, SESSION, 400)
    return harness


@pytest.fixture
def read(long: QueueHarness) -> Iterator[list[Read]]:
    """What is read: by which method, above which number and up to which."""
    reads, requests = list[Read](), long.store.requests

    def noting(name: str) -> Callable[..., Found]:
        method: Callable[..., Found] = getattr(requests, name)

        def noted(user_id: str, after: int, last: int, *more: Any) -> Found:
            reads.append((name, after, last))
            return method(user_id, after, last, *more)

        return noted

    with pytest.MonkeyPatch.context() as patch:
        for name in (RANGE, INDEX):
            patch.setattr(requests, name, noting(name))
        yield reads


@pytest.mark.parametrize(
    ("match", "found", "expected"),
    [
        (Match(Status.FAILED), [100, 200, 300], (INDEX, 0, DONE + PASSED)),
        (Match(Status.FAILED, "skip"), [100, 200, 300], (INDEX, 0, DONE + PASSED)),
        (Match(Status.QUEUED), [301, 302, 303], (RANGE, DONE, 2 * DONE)),
        (Match(Status.RUNNING), [], (RANGE, DONE, DONE + PASSED)),
        (Match(Status.CANCELLED), [400], (INDEX, 0, 2 * DONE)),
        (Match(Status.SUCCEEDED), [1, 2, 3], (RANGE, 0, DONE + PASSED)),
        (Match(Status.SUCCEEDED, "slow"), [], (INDEX, 0, DONE + PASSED)),
        (Match(type="slow"), [301, 302, 303], (INDEX, 0, 2 * DONE)),
    ],
)
def test_only_the_range_is_read_in_which_they_can_be(
    long: QueueHarness, read: list[Read], match: Match, found: list[int], expected: Read
) -> None:
    page, _ = long.watch.matching(USER, SESSION, 0, Extent(3), match)

    assert (seqs(page.requests), read) == (found, [expected])


@pytest.mark.parametrize("match", [Match(Status.FAILED), Match(Status.FAILED, "skip"), Match(type="skip")])
def test_what_no_index_has_is_read_first(long: QueueHarness, read: list[Read], match: Match) -> None:
    """It ended before there was an index, or an earlier release has ended it."""
    queue = replace(long.queue, keyed_above=150, typed_above=150)
    after, found = 0, list[int]()

    while after < DONE:
        page = match_page(long.store.requests, queue, after, Extent(3), match)
        found += seqs(page.requests)
        after = page.after

    assert found[:3] == ([100, 200, 300] if match.status else [1, 2, 3])
    assert all(name == (RANGE if above < 150 else INDEX) for name, above, _ in read)
    assert {name for name, _, _ in read} == {RANGE, INDEX}


def test_without_an_index_of_types_their_range_is_read(long: QueueHarness, read: list[Read]) -> None:
    queue = replace(long.queue, typed_above=None)

    match_page(long.store.requests, queue, 0, Extent(3), Match(type="slow"))

    assert read == [(RANGE, 0, 2 * DONE)]


def test_a_page_goes_on_where_the_last_one_has_ended(long: QueueHarness) -> None:
    after, found = 0, list[int]()
    while after < long.queue.tail:
        page, _ = long.watch.matching(USER, SESSION, after, Extent(2), Match(Status.FAILED))
        found += seqs(page.requests)
        after = page.after

    assert found == [100, 200, 300]


def test_what_is_forgotten_is_not_found(long: QueueHarness) -> None:
    long.controls.purge(USER, SESSION, forget=True)

    page, _ = long.watch.matching(USER, SESSION, 0, Extent(10), Match(Status.FAILED))

    assert (page.requests, page.after) == ([], 2 * DONE)
