"""What becomes of a request without an attempt that succeeds: put back, settled, cancelled, allowed again."""

from dataclasses import replace

import pytest

from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.request import Failure, Outcome, Request, Status
from chalicelib.core.queueing.retention import expiry
from tests.contract.users import DONE, LATER, NOW, User, assert_refused

BROKEN = Failure("error", "It broke.")
FAILED = Outcome(Status.FAILED, error=BROKEN)
CANCELLED = Outcome(Status.CANCELLED)


def test_what_is_put_back_waits_with_its_error(user: User, queued: Request) -> None:
    running = user.begin(1)

    put_back = user.store.requests.requeue(running, LATER, BROKEN)

    assert put_back == replace(running, status=Status.QUEUED, not_before=LATER, deadline=None, error=BROKEN)
    assert user.written(1) == put_back


def test_what_is_put_back_without_a_moment_waits_for_none(user: User, queued: Request) -> None:
    user.store.requests.requeue(user.begin(1), LATER, BROKEN)

    assert user.store.requests.requeue(user.begin(1), None, BROKEN).not_before is None


def test_that_no_code_can_take_a_request_is_noted_once_until_it_is_begun(user: User, queued: Request) -> None:
    user.store.requests.note_unfit(queued, NOW)

    noted = user.written(1)
    assert noted == replace(queued, unfit_since=NOW)
    assert_refused(
        lambda: user.store.requests.note_unfit(queued, LATER),
        lambda: user.store.requests.note_unfit(noted, LATER),
    )
    begun = user.store.requests.begin(queued, "worker", NOW, LATER)  # by who has not seen the note
    assert (begun.unfit_since, user.written(1)) == (None, begun)


def test_that_no_code_can_take_a_request_is_not_noted_once_another_has_changed_it(
    user: User, queued: Request
) -> None:
    running = user.begin(1)
    assert_refused(lambda: user.store.requests.note_unfit(queued, LATER))

    user.store.requests.note_unfit(running, LATER)

    assert user.written(1) == replace(running, unfit_since=LATER), "an attempt that crashed"
    assert user.store.requests.settle(user.written(1), CANCELLED, LATER).unfit_since == LATER


def test_an_attempt_is_put_back_once(user: User, queued: Request) -> None:
    running = user.begin(1)
    user.store.requests.requeue(running, LATER, BROKEN)

    with pytest.raises(LostRaceError):
        user.store.requests.requeue(running, LATER, BROKEN)


def test_what_waits_can_be_settled(user: User, queued: Request) -> None:
    settled = user.store.requests.settle(queued, CANCELLED, LATER)

    assert (settled.status, settled.finished_at) == (Status.CANCELLED, LATER)
    assert user.written(1) == settled


def test_what_is_settled_as_void_loses_its_payload_and_expires(user: User, queued: Request) -> None:
    void = user.store.requests.settle(queued, Outcome(Status.VOID), LATER)

    assert (void.payload, void.expires_at) == ("null", expiry(LATER))
    assert user.written(1) == void


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

    assert allowed == replace(seen, forgiven_attempts=1, not_before=None, error=None)
    assert user.written(1) == allowed


def test_what_was_allowed_again_is_neither_begun_nor_ended_by_who_has_not_seen_it(
    user: User, queued: Request
) -> None:
    seen = user.store.requests.requeue(user.begin(1), None, BROKEN)
    allowed = user.store.requests.forgive_attempts(seen)

    assert_refused(
        lambda: user.store.requests.settle(seen, CANCELLED, LATER),
        lambda: user.store.requests.begin(seen, "other", LATER, LATER),
    )
    assert user.written(1) == allowed

    begun = user.store.requests.begin(allowed, "other", LATER, LATER)
    again = user.store.requests.requeue(begun, None, BROKEN)
    assert user.store.requests.settle(again, CANCELLED, LATER).status is Status.CANCELLED


def test_what_was_allowed_again_before_any_attempt_is_begun_and_ended_as_any_other(user: User) -> None:
    user.send(2)
    begun, ended = (user.store.requests.forgive_attempts(user.written(seq)) for seq in (1, 2))
    assert begun.forgiven_attempts == ended.forgiven_attempts == 0

    assert user.store.requests.begin(begun, "worker", NOW, LATER).status is Status.RUNNING
    assert user.store.requests.settle(ended, CANCELLED, LATER).status is Status.CANCELLED


def test_what_was_begun_meanwhile_cannot_be_allowed(user: User, queued: Request) -> None:
    user.begin(1)

    with pytest.raises(LostRaceError):
        user.store.requests.forgive_attempts(queued)


def test_requests_that_are_not_there_cannot_be_changed(user: User) -> None:
    user.take()
    missing = user.new(1)
    running = replace(missing, status=Status.RUNNING, attempt_token="worker")

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


def test_what_must_start_before_a_moment_expires_and_is_counted(user: User) -> None:
    user.take()
    latest = replace(user.new(1), start_before=LATER)
    user.store.requests.write(latest)
    assert user.written(1) == latest

    expired = user.store.requests.settle(latest, Outcome(Status.EXPIRED), LATER + 1)

    assert (user.written(1), expired.status) == (expired, Status.EXPIRED)
    user.store.queues.advance(user.queue, user.progress(user.queue, 1), LATER)
    assert user.queue.counts[Status.EXPIRED] == 1
