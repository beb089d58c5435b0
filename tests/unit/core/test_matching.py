"""Lists of requests by status and type."""

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.matching import PASSED, Found, Match
from chalicelib.core.queueing.pages import Extent
from chalicelib.core.queueing.request import Failure, Status
from tests.unit.core.queue_harness import SESSION, USER, QueueHarness, seqs

BROKEN = Failure("permanent", "It broke.")
DONE = 300  # requests that have ended; as many wait


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
def read(long: QueueHarness) -> Iterator[list[tuple[int, int]]]:
    """The ranges of numbers that are read."""
    ranges = list[tuple[int, int]]()
    list_matching = long.store.requests.list_matching

    def noted(user_id: str, after: int, last: int, *more: Any) -> Found:
        ranges.append((after, last))
        return list_matching(user_id, after, last, *more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long.store.requests, "list_matching", noted)
        yield ranges


@pytest.mark.parametrize(
    ("match", "found", "numbers"),
    [
        (Match(Status.FAILED), [100, 200, 300], (0, DONE + PASSED)),
        (Match(Status.QUEUED), [301, 302, 303], (DONE, 2 * DONE)),
        (Match(Status.RUNNING), [], (DONE, DONE + PASSED)),
        (Match(Status.CANCELLED), [400], (0, 2 * DONE)),
        (Match(Status.SUCCEEDED, "slow"), [], (0, DONE + PASSED)),
        (Match(type="slow"), [301, 302, 303], (0, 2 * DONE)),
    ],
)
def test_only_the_range_is_read_in_which_they_can_be(
    long: QueueHarness,
    read: list[tuple[int, int]],
    match: Match,
    found: list[int],
    numbers: tuple[int, int],
) -> None:
    page, _ = long.watch.matching(USER, SESSION, 0, Extent(3), match)

    assert (seqs(page.requests), read) == (found, [numbers])


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
