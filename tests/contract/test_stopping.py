"""A stop of a running request: whoever ends the attempt afterwards finds it."""

from dataclasses import replace

from chalicelib.core.queueing.request import Failure, Outcome, Request, Status, StoppedBy
from tests.contract.users import DONE, LATER, NOW, User, assert_refused

BROKEN = Failure("error", "It broke.")
CANCELLED = Outcome(Status.CANCELLED)
USER = StoppedBy.USER


def test_a_stop_is_asked_for_once_and_only_of_the_attempt_that_was_seen(user: User, queued: Request) -> None:
    requests = user.store.requests
    running = user.begin(1)
    assert not requests.is_stop_requested(running)
    assert_refused(
        lambda: requests.request_stop(queued, USER, LATER),
        lambda: requests.request_stop(replace(running, attempt_token="another"), USER, LATER),
    )

    stopping = requests.request_stop(running, USER, LATER)

    assert stopping == replace(running, stop_requested_at=LATER, stopped_by=USER)
    assert (user.written(1), requests.is_stop_requested(running)) == (stopping, True)
    assert_refused(lambda: requests.request_stop(stopping, StoppedBy.ADMINISTRATOR, LATER + 1))


def test_after_a_stop_an_attempt_ends_as_cancelled_and_in_no_other_way(user: User, queued: Request) -> None:
    requests = user.store.requests
    running = user.begin(1)
    stopping = requests.request_stop(running, USER, LATER)

    assert_refused(
        lambda: requests.finish(running, DONE, LATER),
        lambda: requests.finish(stopping, Outcome(Status.FAILED, error=BROKEN), LATER),
        lambda: requests.requeue(stopping, LATER, BROKEN),
    )
    assert requests.renew(running, LATER + 9).stop_requested_at == LATER
    finished = requests.finish(stopping, CANCELLED, LATER)

    assert (finished.status, finished.stopped_by) == (Status.CANCELLED, USER)
    assert user.written(1) == finished


def test_a_crashed_attempt_is_settled_by_who_has_seen_the_stop_and_begun_by_nobody(
    user: User, queued: Request
) -> None:
    requests = user.store.requests
    running = user.begin(1)
    stopping = requests.request_stop(running, USER, LATER)

    assert_refused(
        lambda: requests.begin(running, "other", NOW, LATER),
        lambda: requests.settle(running, Outcome(Status.FAILED, error=BROKEN), LATER),
        lambda: requests.cancel(running, LATER),
    )
    assert requests.settle(stopping, CANCELLED, LATER).stopped_by == USER


def test_what_has_ended_or_waits_again_cannot_be_asked_to_stop(user: User, queued: Request) -> None:
    running = user.begin(1)
    user.store.requests.requeue(running, None, BROKEN)
    assert_refused(lambda: user.store.requests.request_stop(running, USER, LATER))

    finished = user.succeed(1)

    assert_refused(lambda: user.store.requests.request_stop(finished, USER, LATER))
