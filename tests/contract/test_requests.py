"""What happens to one request: attempts begin and finish."""

from dataclasses import replace

import pytest

from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.request import Failure, Outcome, Request, Status, StoppedBy
from chalicelib.core.queueing.retention import expiry
from tests.contract.users import DONE, LATER, NOW, User, assert_refused

BROKEN = Failure("error", "It broke.")
FAILED = Outcome(Status.FAILED, error=BROKEN)
CANCELLED = Outcome(Status.CANCELLED)


def test_an_attempt_is_counted_when_it_begins(user: User, queued: Request) -> None:
    running = user.store.requests.begin(queued, "worker", NOW, LATER)

    assert running == replace(
        queued, status=Status.RUNNING, attempts=1, attempt_token="worker", started_at=NOW, deadline=LATER
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


@pytest.mark.parametrize("kept_ms", [3_600_000, 366 * 86_400_000])
def test_a_request_is_kept_after_its_outcome_as_long_as_it_says(user: User, kept_ms: int) -> None:
    for seq in (1, 2, 3):
        user.store.requests.write(replace(user.new(seq), kept_ms=kept_ms))
    kept = expiry(LATER, kept_ms)

    finished = user.store.requests.finish(user.begin(1), DONE, LATER)
    settled = user.store.requests.settle(user.written(2), FAILED, LATER)
    user.store.requests.schedule_expiry(user.store.requests.cancel(user.written(3), NOW), LATER)

    assert [finished.expires_at, settled.expires_at, user.written(3).expires_at] == [kept] * 3
    assert [user.written(1), user.written(2)] == [finished, settled]
    assert kept == LATER + kept_ms


def test_a_request_keeps_the_id_of_its_call_as_long_as_there_is_room(user: User) -> None:
    for seq in (1, 2, 3):
        user.store.requests.write(replace(user.new(seq), call="id-of-a-call", trace="00-trace"))
    long = "x" * 900

    finished = user.store.requests.finish(user.begin(1), DONE, LATER)
    crowded = user.store.requests.finish(user.begin(2), Outcome(Status.SUCCEEDED, result=long), LATER)
    requeued = user.store.requests.requeue(user.begin(3), None, Failure("error", long))

    assert [finished.call, crowded.call, requeued.call] == ["id-of-a-call", None, None]
    assert [finished.trace, crowded.trace, requeued.trace] == ["00-trace"] * 3
    assert [user.written(seq) for seq in (1, 2, 3)] == [finished, crowded, requeued]


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


def test_an_attempt_is_given_up_as_crashed_only_if_nobody_has_renewed_it(user: User, queued: Request) -> None:
    requests, seen = user.store.requests, user.begin(1)
    renewed = requests.renew(seen, LATER + 5_000)

    assert_refused(
        lambda: requests.finish(seen, FAILED, LATER, crashed=True),
        lambda: requests.requeue(seen, None, BROKEN, crashed=True),
    )
    assert user.written(1) == renewed

    assert requests.requeue(renewed, None, BROKEN, crashed=True).status is Status.QUEUED
    assert requests.finish(user.begin(1), FAILED, LATER, crashed=True).status is Status.FAILED


def test_a_stop_comes_before_the_crash_of_an_attempt(user: User, queued: Request) -> None:
    requests, seen = user.store.requests, user.begin(1)
    stopping = requests.request_stop(seen, StoppedBy.USER, LATER)

    assert_refused(
        lambda: requests.finish(seen, FAILED, LATER, crashed=True),
        lambda: requests.requeue(seen, None, BROKEN, crashed=True),
        lambda: requests.finish(stopping, FAILED, LATER, crashed=True),
    )
    assert user.written(1) == stopping


def test_an_own_outcome_does_not_depend_on_a_renewal(user: User, queued: Request) -> None:
    running = user.begin(1)
    user.store.requests.renew(running, LATER + 5_000)

    assert user.store.requests.finish(running, DONE, LATER).status is Status.SUCCEEDED


def test_only_the_current_attempt_is_renewed_and_only_while_it_runs(user: User, queued: Request) -> None:
    requests, given_up = user.store.requests, user.begin(1, by="one")
    current = user.begin(1, by="other")
    renewed = replace(current, deadline=LATER + 5_000)

    with pytest.raises(LostRaceError):
        requests.renew(given_up, LATER + 9_000)
    assert requests.renew(current, LATER + 5_000) == user.written(1) == renewed

    finished = requests.finish(current, DONE, LATER)
    with pytest.raises(LostRaceError):
        requests.renew(current, LATER + 9_000)
    assert user.written(1) == finished
    with pytest.raises(LostRaceError):
        requests.renew(replace(current, seq=2), LATER)
    assert user.store.requests.get(user.id, 2) is None


def test_a_renewal_that_reaches_the_store_late_does_not_undo_a_later_one(user: User, queued: Request) -> None:
    requests, running = user.store.requests, user.begin(1)
    renewed = requests.renew(running, LATER + 5_000)

    assert_refused(lambda: requests.renew(running, LATER + 4_999))
    assert requests.renew(running, LATER + 5_000) == user.written(1) == renewed

    assert requests.renew(running, LATER + 4_000, shortens=True).deadline == LATER + 4_000


def test_an_attempt_that_was_renewed_is_not_taken_for_crashed(user: User, queued: Request) -> None:
    requests, seen = user.store.requests, user.begin(1, by="one")
    requests.renew(seen, LATER + 5_000)

    with pytest.raises(LostRaceError):
        requests.begin(seen, "other", LATER, LATER)
    with pytest.raises(LostRaceError):
        requests.settle(seen, DONE, LATER)
    with pytest.raises(LostRaceError):
        requests.cancel(seen, LATER)
    assert requests.begin(user.written(1), "other", LATER, LATER).attempts == seen.attempts + 1


def test_an_overrun_is_noted_on_the_attempt_that_is_current_and_on_no_other(
    user: User, queued: Request
) -> None:
    given_up = user.begin(1, by="one")
    current = user.begin(1, by="other")

    with pytest.raises(LostRaceError):
        user.store.requests.note_overrun(user.id, 1, "one")
    user.store.requests.note_overrun(user.id, 1, "other")
    assert user.written(1) == replace(current, overrun_token="other")

    finished = user.store.requests.finish(current, DONE, LATER)
    with pytest.raises(LostRaceError):
        user.store.requests.note_overrun(user.id, 1, "other")
    with pytest.raises(LostRaceError):
        user.store.requests.note_overrun(
            user.id, 2, "other"
        )  # there is no such request, and there must not be one
    assert user.written(1).status == finished.status
    assert given_up.attempt_token == "one"


def test_a_failure_is_kept_with_the_request(user: User, queued: Request) -> None:
    user.store.requests.finish(user.begin(1), FAILED, LATER)

    assert user.written(1).error == BROKEN


def test_a_success_forgets_the_failures_before_it(user: User, queued: Request) -> None:
    user.store.requests.requeue(user.begin(1), LATER, BROKEN)

    finished = user.store.requests.finish(user.begin(1), DONE, LATER)

    assert finished.error is None
    assert user.written(1) == finished


@pytest.mark.parametrize("text", ["file \udcff not found", "a\x00b", "", "\U0001f469" * 5_000])
def test_whatever_a_failure_says_is_kept_as_it_is(user: User, queued: Request, text: str) -> None:
    failure = Failure("error", text, retry_after_ms=10**40)

    put_back = user.store.requests.requeue(user.begin(1), LATER + (failure.retry_after_ms or 0), failure)

    assert put_back.error == Failure("error", failure.message)
    assert user.written(1) == put_back
