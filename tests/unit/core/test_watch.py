"""What users see of their queues."""

from collections.abc import Callable

import pytest

from chalicelib.adapters.memory.requests import MemoryRequests
from chalicelib.core.errors import NotFoundError, UnauthenticatedError
from chalicelib.core.queueing.pages import Extent
from chalicelib.core.queueing.request import Status
from tests.unit.core.queue_harness import SESSION, USER, QueueHarness, seqs


def pages(harness: QueueHarness, extent: Callable[[], Extent]) -> list[list[int]]:
    """Of all requests, as a client reads them that stops at the first empty page."""
    found: list[list[int]] = [[]]
    while True:
        after = found[-1][-1] if found[-1] else 0
        page, _ = harness.watch.page(USER, SESSION, after, extent())
        if not page.requests:
            return found[1:]
        found.append(seqs(page.requests))


def make_voids(harness: QueueHarness, count: int) -> None:
    tail = harness.store.queues.take_numbers(USER, SESSION, count, harness.clock.now()).tail
    for seq in range(tail - count + 1, tail + 1):
        harness.store.requests.void(USER, seq, harness.clock.now())


def test_a_queue_shows_its_depth_and_how_long_its_oldest_request_waits(harness: QueueHarness) -> None:
    harness.send(2)
    harness.clock.advance(1_500)

    view = harness.watch.queue(USER, SESSION)

    assert (view.queue.depth, view.oldest_age_seconds, view.running) == (2, 1.5, None)


def test_a_queue_shows_what_runs(harness: QueueHarness) -> None:
    harness.send()
    harness.store.requests.begin(harness.request(1), "worker", harness.clock.now(), harness.clock.now() + 1)

    assert harness.watch.queue(USER, SESSION).running == 1


def test_the_wait_is_estimated_from_how_long_requests_ran(harness: QueueHarness) -> None:
    harness.script[1] = [harness.working_for(2_000)]
    harness.send()
    harness.run()
    harness.send(3)

    assert harness.watch.queue(USER, SESSION).estimated_wait_seconds == 6


def test_whoever_never_signed_in_has_no_queue(harness: QueueHarness) -> None:
    with pytest.raises(NotFoundError):
        harness.watch.queue("stranger", None)


def test_a_request_is_shown_with_its_outcome(harness: QueueHarness) -> None:
    harness.send()
    harness.run()

    request, line = harness.watch.request(USER, SESSION, 1, wait=20)

    assert request.status is Status.SUCCEEDED
    assert line.position(request) is None


def test_a_request_that_waits_is_shown_as_it_is_when_the_wait_is_over(harness: QueueHarness) -> None:
    harness.send(2)
    begun = harness.clock.now()

    request, line = harness.watch.request(USER, SESSION, 2, wait=1)

    assert harness.clock.now() - begun == 1_000
    assert line.position(request) == 2


@pytest.mark.parametrize("seq", [0, 2])
def test_numbers_that_were_not_given_out_have_no_request(harness: QueueHarness, seq: int) -> None:
    harness.send()

    with pytest.raises(NotFoundError):
        harness.watch.request(USER, SESSION, seq)


def test_a_void_is_no_request(harness: QueueHarness) -> None:
    harness.store.queues.take_numbers(USER, SESSION, 1, harness.clock.now())
    harness.store.requests.void(USER, 1, harness.clock.now())
    harness.send()

    with pytest.raises(NotFoundError):
        harness.watch.request(USER, SESSION, 1)
    assert pages(harness, lambda: Extent(10)) == [[2]]


@pytest.mark.parametrize("page_size", [1, 2, 1_000])
@pytest.mark.parametrize("limit", [1, 2, 5])
def test_a_page_goes_on_until_it_is_full_or_the_line_ends(
    harness: QueueHarness, limit: int, page_size: int
) -> None:
    harness.store.requests.page_size = page_size
    harness.send()
    make_voids(harness, 3)
    harness.send()
    make_voids(harness, 3)
    harness.send(2)

    found = pages(harness, lambda: Extent(limit))

    assert [seq for page in found for seq in page] == [1, 5, 9, 10]
    assert {len(page) for page in found[:-1]} <= {limit}


def test_a_page_ends_before_what_does_not_fit_but_is_never_empty(harness: QueueHarness) -> None:
    harness.send(5)

    assert pages(harness, lambda: Extent(10, lambda request: request.seq not in (2, 4))) == [
        [1],
        [2, 3],
        [4, 5],
    ]


def test_a_page_has_no_payloads(harness: QueueHarness) -> None:
    harness.send()
    page, _ = harness.watch.page(USER, SESSION, 0, Extent(1))

    assert [request.payload for request in page.requests] == [""]


@pytest.mark.parametrize(
    "read",
    [
        lambda harness: harness.watch.queue(USER, SESSION),
        lambda harness: harness.watch.request(USER, SESSION, 1),
        lambda harness: harness.watch.page(USER, SESSION, 0, Extent(1)),
        lambda harness: harness.outcomes(USER, SESSION, 0, Extent(1)),
        lambda harness: harness.outcomes.mark_read(USER, SESSION, 1),
    ],
)
def test_nothing_is_shown_to_a_session_that_has_ended(
    harness: QueueHarness, read: Callable[[QueueHarness], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.send()
    harness.run()
    harness.store.connections.end_session(USER, SESSION)
    for name in ("get", "list_after", "list_without_payloads"):
        monkeypatch.delattr(MemoryRequests, name)  # nothing else is read

    with pytest.raises(UnauthenticatedError):
        read(harness)
