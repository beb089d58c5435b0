"""What users see of their queues."""

from collections.abc import Callable

import pytest

from chalicelib.adapters.memory.requests import MemoryRequests
from chalicelib.core.errors import NotFoundError, UnauthenticatedError
from chalicelib.core.queueing.pages import Extent
from chalicelib.core.queueing.request import Status
from tests.unit.core.stage import SESSION, USER, Stage, seqs


def pages(stage: Stage, extent: Callable[[], Extent]) -> list[list[int]]:
    """Of all requests, as a client reads them that stops at the first empty page."""
    found: list[list[int]] = [[]]
    while True:
        after = found[-1][-1] if found[-1] else 0
        page, _ = stage.watch.page(USER, SESSION, after, extent())
        if not page.requests:
            return found[1:]
        found.append(seqs(page.requests))


def make_voids(stage: Stage, count: int) -> None:
    tail = stage.store.queues.take_numbers(USER, SESSION, count, stage.clock.now()).tail
    for seq in range(tail - count + 1, tail + 1):
        stage.store.requests.void(USER, seq, stage.clock.now())


def test_a_queue_shows_its_depth_and_how_long_its_oldest_request_waits(stage: Stage) -> None:
    stage.send(2)
    stage.clock.advance(1_500)

    view = stage.watch.queue(USER, SESSION)

    assert (view.queue.depth, view.oldest_age_seconds, view.running) == (2, 1.5, None)


def test_a_queue_shows_what_runs(stage: Stage) -> None:
    stage.send()
    stage.store.requests.begin(stage.request(1), "worker", stage.clock.now(), stage.clock.now() + 1)

    assert stage.watch.queue(USER, SESSION).running == 1


def test_the_wait_is_estimated_from_how_long_requests_ran(stage: Stage) -> None:
    stage.script[1] = [stage.working_for(2_000)]
    stage.send()
    stage.run()
    stage.send(3)

    assert stage.watch.queue(USER, SESSION).estimated_wait_seconds == 6


def test_whoever_never_signed_in_has_no_queue(stage: Stage) -> None:
    with pytest.raises(NotFoundError):
        stage.watch.queue("stranger", None)


def test_a_request_is_shown_with_its_outcome(stage: Stage) -> None:
    stage.send()
    stage.run()

    request, line = stage.watch.request(USER, SESSION, 1, wait=20)

    assert request.status is Status.SUCCEEDED
    assert line.position(request) is None


def test_a_request_that_waits_is_shown_as_it_is_when_the_wait_is_over(stage: Stage) -> None:
    stage.send(2)
    begun = stage.clock.now()

    request, line = stage.watch.request(USER, SESSION, 2, wait=1)

    assert stage.clock.now() - begun == 1_000
    assert line.position(request) == 2


@pytest.mark.parametrize("seq", [0, 2])
def test_numbers_that_were_not_given_out_have_no_request(stage: Stage, seq: int) -> None:
    stage.send()

    with pytest.raises(NotFoundError):
        stage.watch.request(USER, SESSION, seq)


def test_a_void_is_no_request(stage: Stage) -> None:
    stage.store.queues.take_numbers(USER, SESSION, 1, stage.clock.now())
    stage.store.requests.void(USER, 1, stage.clock.now())
    stage.send()

    with pytest.raises(NotFoundError):
        stage.watch.request(USER, SESSION, 1)
    assert pages(stage, lambda: Extent(10)) == [[2]]


@pytest.mark.parametrize("page_size", [1, 2, 1_000])
@pytest.mark.parametrize("limit", [1, 2, 5])
def test_a_page_goes_on_until_it_is_full_or_the_line_ends(stage: Stage, limit: int, page_size: int) -> None:
    stage.store.requests.page_size = page_size
    stage.send()
    make_voids(stage, 3)
    stage.send()
    make_voids(stage, 3)
    stage.send(2)

    found = pages(stage, lambda: Extent(limit))

    assert [seq for page in found for seq in page] == [1, 5, 9, 10]
    assert {len(page) for page in found[:-1]} <= {limit}


def test_a_page_ends_before_what_does_not_fit_but_is_never_empty(stage: Stage) -> None:
    stage.send(5)

    assert pages(stage, lambda: Extent(10, lambda request: request.seq not in (2, 4))) == [
        [1],
        [2, 3],
        [4, 5],
    ]


def test_a_page_has_no_payloads(stage: Stage) -> None:
    stage.send()
    page, _ = stage.watch.page(USER, SESSION, 0, Extent(1))

    assert [request.payload for request in page.requests] == [""]


@pytest.mark.parametrize(
    "read",
    [
        lambda stage: stage.watch.queue(USER, SESSION),
        lambda stage: stage.watch.request(USER, SESSION, 1),
        lambda stage: stage.watch.page(USER, SESSION, 0, Extent(1)),
        lambda stage: stage.outcomes(USER, SESSION, 0, Extent(1)),
        lambda stage: stage.outcomes.mark_read(USER, SESSION, 1),
    ],
)
def test_nothing_is_shown_to_a_session_that_has_ended(
    stage: Stage, read: Callable[[Stage], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.send()
    stage.run()
    stage.store.connections.end_session(USER, SESSION)
    for name in ("get", "list_after", "list_without_payloads"):
        monkeypatch.delattr(MemoryRequests, name)  # nothing else is read

    with pytest.raises(UnauthenticatedError):
        read(stage)
