"""What users see of their queues."""

import pytest

from chalicelib.core.errors import NotFoundError
from chalicelib.core.request import Status
from chalicelib.core.watch import position
from tests.unit.core.stage import SESSION, USER, Stage


def test_a_queue_shows_its_depth_and_how_long_its_oldest_request_waits(stage: Stage) -> None:
    stage.send(2)
    stage.clock.advance(1_500)

    view = stage.watch.queue(USER)

    assert (view.queue.depth, view.oldest_age_seconds, view.running) == (2, 1.5, None)


def test_a_queue_shows_what_runs(stage: Stage) -> None:
    stage.send()
    stage.log.begin(stage.request(1), "worker", stage.clock.now(), stage.clock.now() + 1)

    assert stage.watch.queue(USER).running == 1


def test_the_wait_is_estimated_from_how_long_requests_ran(stage: Stage) -> None:
    stage.script[1] = [stage.working_for(2_000)]
    stage.send()
    stage.run()
    stage.send(3)

    assert stage.watch.queue(USER).estimated_wait_seconds == 6


def test_whoever_never_signed_in_has_no_queue(stage: Stage) -> None:
    with pytest.raises(NotFoundError):
        stage.watch.queue("stranger")


def test_a_request_is_shown_with_its_outcome(stage: Stage) -> None:
    stage.send()
    stage.run()

    request, queue = stage.watch.request(USER, 1, wait=20)

    assert request.status is Status.SUCCEEDED
    assert position(request, queue) is None


def test_a_request_that_waits_is_shown_as_it_is_when_the_wait_is_over(stage: Stage) -> None:
    stage.send(2)
    begun = stage.clock.now()

    request, queue = stage.watch.request(USER, 2, wait=1)

    assert stage.clock.now() - begun == 1_000
    assert position(request, queue) == 2


@pytest.mark.parametrize("seq", [0, 2])
def test_numbers_that_were_not_given_out_have_no_request(stage: Stage, seq: int) -> None:
    stage.send()

    with pytest.raises(NotFoundError):
        stage.watch.request(USER, seq)


def test_a_void_is_no_request(stage: Stage) -> None:
    stage.log.take_numbers(USER, SESSION, 1, stage.clock.now())
    stage.log.void(USER, 1, stage.clock.now())
    stage.send()

    with pytest.raises(NotFoundError):
        stage.watch.request(USER, 1)
    page, _ = stage.watch.requests(USER, after=0, limit=10)
    assert [request.seq for request in page] == [2]
