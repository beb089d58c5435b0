"""Payloads that are uploaded: offered, claimed by a request, read for its attempts, kept while it waits."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from chalicelib.adapters.memory.objects import StoredObject
from chalicelib.core.errors import (
    InvalidInputError,
    LostRaceError,
    NotFoundError,
    TooManyError,
    UnauthenticatedError,
    UnavailableError,
)
from chalicelib.core.queueing.attempt import Result
from chalicelib.core.queueing.enqueue import Accepted, Work
from chalicelib.core.queueing.idempotency import IdempotencyKey
from chalicelib.core.queueing.lane import Lane
from chalicelib.core.queueing.queue import State
from chalicelib.core.queueing.request import Request, Status
from chalicelib.core.queueing.texts import DAY_MS
from chalicelib.core.queueing.uploaded import key_of
from chalicelib.core.queueing.user_limit import UserLimit
from chalicelib.core.rates import Bucket, Rate
from tests.unit.core.queue_harness import SESSION, USER, QueueHarness

DATA = b'"' + b"x" * 200_000 + b'"'


def accept(_work: Work, _data: bytes) -> None:
    """The handler takes every payload."""


def upload(harness: QueueHarness, data: bytes = DATA, user: str = USER, session: str = SESSION) -> str:
    offer = harness.uploads.offer(user, session, len(data), sha256(data).hexdigest())
    harness.objects.upload(offer.signed, data)
    return offer.id


def send(
    harness: QueueHarness,
    id_: str,
    key: str | None = None,
    type_: str = "skip",
    check: Any = accept,
    **more: Any,
) -> Accepted:
    work = Work(type_, "null", upload=id_, **more)
    given = IdempotencyKey(key, f"of {id_}") if key else None
    return harness.enqueue(
        USER, SESSION, [work], given, lambda works: harness.uploads.claim(USER, works, check)
    )


def places(harness: QueueHarness) -> list[str]:
    return [key.partition("/")[0] for key in harness.objects.objects]


def test_a_handler_gets_what_was_uploaded_and_the_table_never_holds_it(harness: QueueHarness) -> None:
    seen = list[str]()

    def look(request: Request) -> Result:
        seen.append(harness.journal.running.payload if harness.journal else "")
        return Result("null")

    harness.script[1] = [look]
    send(harness, upload(harness))

    harness.run()

    stored = harness.request(1)
    assert seen == [DATA.decode()]
    assert (stored.payload, stored.payload_bytes) == ("", len(DATA))
    assert harness.store.tables.texts == {}


def test_nobody_finds_what_another_user_has_uploaded(harness: QueueHarness) -> None:
    now = harness.clock.now()
    harness.store.connections.open_session("other", "theirs", now + DAY_MS, now, "other")
    theirs = upload(harness, user="other", session="theirs")

    with pytest.raises(NotFoundError) as refused:
        send(harness, theirs)

    assert refused.value.code == "upload_not_found"
    assert harness.statuses() == []


def test_no_upload_is_offered_without_a_session(harness: QueueHarness) -> None:
    with pytest.raises(UnauthenticatedError):
        harness.uploads.offer(USER, "ended", 1, "0" * 64)


def test_who_has_no_session_learns_nothing_about_uploads(harness: QueueHarness) -> None:
    work = Work("skip", "null", upload=upload(harness))
    with pytest.raises(UnauthenticatedError):
        harness.enqueue(USER, "ended", [work], claim=lambda _: pytest.fail("the bucket was asked"))


def test_an_upload_counts_against_the_rate(harness: QueueHarness) -> None:
    limit = UserLimit(Bucket(Rate.parse("1/h"), 2), harness.store.queues)
    uploads = replace(harness.uploads, limit=limit)
    for _ in range(2):
        uploads.offer(USER, SESSION, 1, "0" * 64)
    with pytest.raises(TooManyError):
        uploads.offer(USER, SESSION, 1, "0" * 64)


def test_what_does_not_have_the_announced_checksum_is_refused(harness: QueueHarness) -> None:
    id_ = upload(harness)
    [(key, found)] = harness.objects.objects.items()
    harness.objects.objects[key] = StoredObject(b"other bytes", found.written_at)

    with pytest.raises(InvalidInputError) as refused:
        send(harness, id_)

    assert refused.value.code == "upload_damaged"


def test_a_payload_that_the_handler_refuses_is_refused_when_it_is_sent(harness: QueueHarness) -> None:
    def refuse(_work: Work, data: bytes) -> None:
        assert data == DATA
        raise InvalidInputError("payload.n is missing.")

    with pytest.raises(InvalidInputError, match=r"payload\.n"):
        send(harness, upload(harness), check=refuse)

    assert places(harness) == ["new"]
    assert harness.statuses() == []


def test_an_upload_that_no_request_has_used_is_gone_after_a_day(harness: QueueHarness) -> None:
    id_ = upload(harness)
    harness.objects.remove_expired(harness.clock.now() + DAY_MS)

    with pytest.raises(NotFoundError, match="more than a day old"):
        send(harness, id_)


def test_an_upload_that_expires_while_it_is_claimed_was_not_there(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = upload(harness)

    def gone(*_: Any) -> None:
        raise LostRaceError

    monkeypatch.setattr(harness.objects, "copy", gone)
    with pytest.raises(NotFoundError):
        send(harness, id_)


def test_several_requests_may_use_one_upload(harness: QueueHarness) -> None:
    id_ = upload(harness)
    send(harness, id_)
    send(harness, id_)

    harness.run()

    assert harness.statuses() == [Status.SUCCEEDED] * 2
    assert places(harness) == ["new", "kept-7"]


def test_a_call_that_is_repeated_asks_for_no_upload(harness: QueueHarness) -> None:
    """A client may repeat a call long after the upload has expired."""
    id_ = upload(harness)
    first = send(harness, id_, key="k")
    harness.objects.objects.clear()

    again = send(harness, id_, key="k")

    assert again.replayed
    assert [r.seq for r in again.requests] == [r.seq for r in first.requests]


def test_a_bucket_that_does_not_answer_costs_no_attempt(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(harness, upload(harness))
    with monkeypatch.context() as patch:
        _break(patch, harness)
        with pytest.raises(UnavailableError):
            harness.wake()

    assert harness.request(1).attempts == 0


def _break(patch: pytest.MonkeyPatch, harness: QueueHarness) -> None:
    def silent(*_: Any) -> None:
        raise UnavailableError

    patch.setattr(harness.objects, "read", silent)


@pytest.mark.parametrize("damage", [{}, {"data": b"other bytes"}])
def test_a_request_whose_upload_is_gone_or_damaged_has_failed_and_the_next_one_runs(
    harness: QueueHarness, damage: dict[str, bytes]
) -> None:
    send(harness, upload(harness))
    harness.send()
    key = key_of(harness.request(1))
    if damage:
        harness.objects.objects[key] = StoredObject(damage["data"], 0)
    else:
        del harness.objects.objects[key]

    harness.run()

    assert harness.statuses() == [Status.FAILED, Status.SUCCEEDED]
    error = harness.request(1).error
    assert error
    assert (error.kind, harness.request(1).attempts) == ("permanent", 1)


def test_without_the_bucket_the_queue_is_held_and_goes_on_with_it(harness: QueueHarness) -> None:
    send(harness, upload(harness))
    drain = harness.drains[Lane.QUICK]
    harness.drains[Lane.QUICK] = replace(drain, attempt=replace(drain.attempt, objects=None))
    harness.run()

    hold = harness.queue.why_held
    assert harness.queue.state is State.HELD
    assert hold
    assert "no uploads" in hold.failure.message

    harness.drains[Lane.QUICK] = replace(drain, code="other")
    replace(harness.sweep, code="other")()
    harness.run()
    assert harness.statuses() == [Status.SUCCEEDED]
