"""What happens to one request: begin, finish, put back, settle, allow."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.core.errors import EffectRefusedError, LostRaceError
from chalicelib.core.queueing.request import Failure, Outcome, Request, Status, expiry
from tests.contract.backends import EMULATOR, FAKE
from tests.contract.users import DONE, LATER, NOW, User

BROKEN = Failure("error", "It broke.")
FAILED = Outcome(Status.FAILED, error=BROKEN)
CANCELLED = Outcome(Status.CANCELLED)


def assert_refused(*changes: Callable[[], object]) -> None:
    for change in changes:
        with pytest.raises(LostRaceError):
            change()


@pytest.fixture
def queued(user: User) -> Request:
    user.take()
    return user.write(1)


def test_an_attempt_is_counted_when_it_begins(user: User, queued: Request) -> None:
    running = user.store.requests.begin(queued, "worker", NOW, LATER)

    assert running == replace(
        queued, status=Status.RUNNING, attempts=1, begun_by="worker", started_at=NOW, deadline=LATER
    )
    assert user.written(1) == running


def test_only_one_of_two_who_saw_the_same_can_begin(user: User, queued: Request) -> None:
    running = user.store.requests.begin(queued, "one", NOW, LATER)

    with pytest.raises(LostRaceError):
        user.store.requests.begin(queued, "other", NOW, LATER)

    assert user.written(1) == running


def test_a_running_attempt_can_be_followed_by_another(user: User, queued: Request) -> None:
    crashed = user.store.requests.begin(queued, "one", NOW, LATER)

    assert user.store.requests.begin(crashed, "other", LATER, LATER + 1).attempts == 2


def test_an_outcome_is_written_once_and_never_changed(user: User, queued: Request) -> None:
    running = user.begin(1)
    finished = user.store.requests.finish(running, DONE, LATER)

    assert finished == replace(
        running,
        status=Status.SUCCEEDED,
        result=DONE.result,
        finished_at=LATER,
        deadline=None,
        expires_at=expiry(LATER),
    )
    assert_refused(
        lambda: user.store.requests.finish(running, FAILED, LATER + 1),
        lambda: user.store.requests.requeue(running, LATER, BROKEN),
        lambda: user.store.requests.begin(running, "other", LATER, LATER),
        lambda: user.store.requests.settle(running, CANCELLED, LATER),
        lambda: user.store.requests.forgive_attempts(running),
    )
    assert user.written(1) == finished


def test_an_attempt_that_was_given_up_cannot_finish(user: User, queued: Request) -> None:
    given_up = user.begin(1, by="one")
    current = user.begin(1, by="other")

    with pytest.raises(LostRaceError):
        user.store.requests.finish(given_up, DONE, LATER)
    with pytest.raises(LostRaceError):
        user.store.requests.requeue(given_up, LATER, BROKEN)

    assert user.written(1) == current


def test_an_overrun_is_noted_on_the_attempt_that_is_current_and_on_no_other(
    user: User, queued: Request
) -> None:
    given_up = user.begin(1, by="one")
    current = user.begin(1, by="other")

    with pytest.raises(LostRaceError):
        user.store.requests.note_overrun(user.id, 1, "one")
    user.store.requests.note_overrun(user.id, 1, "other")
    assert user.written(1) == replace(current, overran="other")

    finished = user.store.requests.finish(current, DONE, LATER)
    with pytest.raises(LostRaceError):
        user.store.requests.note_overrun(user.id, 1, "other")
    with pytest.raises(LostRaceError):
        user.store.requests.note_overrun(
            user.id, 2, "other"
        )  # there is no such request, and there must not be one
    assert user.written(1).status == finished.status
    assert given_up.begun_by == "one"


def test_a_failure_is_kept_with_the_request(user: User, queued: Request) -> None:
    user.store.requests.finish(user.begin(1), FAILED, LATER)

    assert user.written(1).error == BROKEN


def test_a_success_forgets_the_failures_before_it(user: User, queued: Request) -> None:
    user.store.requests.requeue(user.begin(1), LATER, BROKEN)

    finished = user.store.requests.finish(user.begin(1), DONE, LATER)

    assert finished.error is None
    assert user.written(1) == finished


@pytest.mark.parametrize("backend", [FAKE, EMULATOR], indirect=True)  # moto takes items of any size
def test_a_result_that_no_item_can_hold_is_refused_and_changes_nothing(user: User, queued: Request) -> None:
    running = user.begin(1)

    with pytest.raises(EffectRefusedError, match="too large"):
        user.store.requests.finish(running, Outcome(Status.SUCCEEDED, result="x" * 400 * 1024), LATER)

    assert user.written(1) == running


@pytest.mark.parametrize("text", ["file \udcff not found", "a\x00b", "", "\U0001f469" * 5_000])
def test_whatever_a_failure_says_is_kept_as_it_is(user: User, queued: Request, text: str) -> None:
    failure = Failure("error", text, retry_after_ms=10**40)

    put_back = user.store.requests.requeue(user.begin(1), LATER + (failure.retry_after_ms or 0), failure)

    assert put_back.error == Failure("error", failure.message)
    assert user.written(1) == put_back


def test_what_is_put_back_waits_with_its_error(user: User, queued: Request) -> None:
    running = user.begin(1)

    put_back = user.store.requests.requeue(running, LATER, BROKEN)

    assert put_back == replace(running, status=Status.QUEUED, not_before=LATER, deadline=None, error=BROKEN)
    assert user.written(1) == put_back


def test_what_is_put_back_without_a_moment_waits_for_none(user: User, queued: Request) -> None:
    user.store.requests.requeue(user.begin(1), LATER, BROKEN)

    assert user.store.requests.requeue(user.begin(1), None, BROKEN).not_before is None


def test_a_try_of_what_no_worker_can_take_does_not_count(user: User, queued: Request) -> None:
    running = user.begin(1)

    put_back = user.store.requests.requeue(running, LATER, BROKEN, NOW)

    assert (put_back.unfit_since, put_back.counted_attempts) == (NOW, 0)
    assert user.written(1) == put_back
    again = user.store.requests.requeue(user.begin(1), LATER, BROKEN)
    assert (again.unfit_since, again.counted_attempts) == (None, 1), "but what follows does"
    unfit = user.store.requests.requeue(user.begin(1), LATER, BROKEN, NOW)
    assert user.store.requests.forgive_attempts(unfit).unfit_since is None


def test_an_attempt_is_put_back_once(user: User, queued: Request) -> None:
    running = user.begin(1)
    user.store.requests.requeue(running, LATER, BROKEN)

    with pytest.raises(LostRaceError):
        user.store.requests.requeue(running, LATER, BROKEN)


def test_what_waits_can_be_settled(user: User, queued: Request) -> None:
    settled = user.store.requests.settle(queued, CANCELLED, LATER)

    assert (settled.status, settled.finished_at) == (Status.CANCELLED, LATER)
    assert user.written(1) == settled


def test_what_is_settled_as_void_is_kept(user: User, queued: Request) -> None:
    user.store.requests.settle(queued, Outcome(Status.VOID), LATER)

    assert user.written(1).expires_at is None


def test_what_was_begun_meanwhile_cannot_be_ended(user: User, queued: Request) -> None:
    running = user.begin(1)

    assert_refused(
        lambda: user.store.requests.settle(queued, CANCELLED, LATER),
        lambda: user.store.requests.cancel(queued, LATER),
    )
    assert user.written(1) == running


def test_what_was_ended_cannot_begin(user: User, queued: Request) -> None:
    user.store.requests.cancel(queued, LATER)

    with pytest.raises(LostRaceError):
        user.store.requests.begin(queued, "worker", NOW, LATER)


def test_what_is_cancelled_before_its_turn_expires_only_after_it(user: User, queued: Request) -> None:
    cancelled = user.store.requests.cancel(queued, LATER)
    assert cancelled == replace(queued, status=Status.CANCELLED, finished_at=LATER)
    assert user.written(1) == cancelled

    user.store.requests.schedule_expiry(cancelled, LATER + 9_000)

    assert user.written(1) == replace(cancelled, expires_at=expiry(LATER + 9_000))


def test_what_expires_already_does_not_expire_later(user: User, queued: Request) -> None:
    finished = user.succeed(1)

    user.store.requests.schedule_expiry(finished, LATER + 9_000)

    assert user.written(1) == finished


def test_a_request_that_failed_can_be_allowed_again(user: User, queued: Request) -> None:
    seen = user.store.requests.requeue(user.begin(1), LATER, BROKEN)

    allowed = user.store.requests.forgive_attempts(seen)

    assert allowed == replace(seen, forgiven=1, not_before=None, error=None)
    assert user.written(1) == allowed


def test_what_was_begun_meanwhile_cannot_be_allowed(user: User, queued: Request) -> None:
    user.begin(1)

    with pytest.raises(LostRaceError):
        user.store.requests.forgive_attempts(queued)


def test_requests_that_are_not_there_cannot_be_changed(user: User) -> None:
    user.take()
    missing = user.new(1)
    running = replace(missing, status=Status.RUNNING, begun_by="worker")

    assert_refused(
        lambda: user.store.requests.begin(missing, "worker", NOW, LATER),
        lambda: user.store.requests.finish(running, DONE, LATER),
        lambda: user.store.requests.requeue(running, LATER, BROKEN),
        lambda: user.store.requests.settle(missing, CANCELLED, LATER),
        lambda: user.store.requests.cancel(missing, LATER),
        lambda: user.store.requests.forgive_attempts(missing),
    )
    assert user.store.requests.get(user.id, 1) is None


def test_the_caller_s_wishes_are_kept(user: User) -> None:
    user.take(2)
    wished = replace(
        user.new(2), max_attempts=7, on_failure="halt", not_before=LATER, origin=1, batch=1, key="k"
    )

    user.store.requests.write(wished)

    assert user.written(2) == wished
