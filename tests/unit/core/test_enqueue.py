"""Accepting requests."""

from typing import Any

import pytest

from chalicelib.core.errors import InvalidInputError, TooManyError, UnauthenticatedError, UnavailableError
from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.idempotency import IdempotencyKey
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.request import Status
from tests.unit.core.stage import HOUR_MS, LIMIT, SESSION, USER, Stage, seqs

KEY = IdempotencyKey("key", "fingerprint")


def test_a_request_gets_the_next_number_and_waits(stage: Stage) -> None:
    accepted = stage.send()

    assert seqs(accepted.requests) == [1]
    assert stage.request(1) == accepted.requests[0]
    assert stage.statuses() == [Status.QUEUED]


def test_a_batch_gets_consecutive_numbers(stage: Stage) -> None:
    stage.send()

    accepted = stage.send(3)

    assert seqs(accepted.requests) == [2, 3, 4]
    assert [request.batch for request in accepted.requests] == [None, 2, 2]


def test_what_the_caller_wishes_is_kept(stage: Stage) -> None:
    work = Work("skip", "null", max_attempts=7, on_failure="halt", not_before=stage.clock.now() + 1, origin=3)

    stage.enqueue(USER, SESSION, [work])

    kept = stage.request(1)
    assert (kept.max_attempts, kept.on_failure, kept.not_before, kept.origin) == (
        7,
        "halt",
        stage.clock.now() + 1,
        3,
    )


def test_only_the_first_of_many_rings(stage: Stage) -> None:
    for _ in range(5):
        stage.send()
        stage.clock.advance(1)

    assert stage.rings() == 1


def test_a_ring_that_moves_nothing_is_not_trusted_for_long(stage: Stage) -> None:
    stage.send()
    stage.clock.advance(5_000)

    stage.send()

    assert stage.rings() == 2


def test_without_room_nothing_is_accepted(stage: Stage) -> None:
    stage.send(LIMIT - 1)

    with pytest.raises(TooManyError) as refused:
        stage.send(2)

    assert refused.value.retry_after == 1
    assert stage.queue.tail == LIMIT - 1


def test_a_batch_that_can_never_have_room_is_a_mistake(stage: Stage) -> None:
    with pytest.raises(InvalidInputError, match=f"{LIMIT}"):
        stage.send(LIMIT + 1)


def test_a_full_queue_says_how_long_its_work_takes(stage: Stage) -> None:
    stage.script[1] = [stage.working_for(4_000)]
    stage.send()
    stage.wake()
    stage.send(LIMIT)

    with pytest.raises(TooManyError) as refused:
        stage.send(3)

    assert refused.value.retry_after == 12, "three of four seconds each must be done first"


@pytest.mark.parametrize("session", [SESSION, "other"])
def test_without_a_live_session_nothing_is_accepted(stage: Stage, session: str) -> None:
    stage.clock.advance(HOUR_MS)

    with pytest.raises(UnauthenticatedError):
        stage.enqueue(USER, session, [Work("skip", "null")])

    assert stage.queue.tail == 0


def test_whoever_comes_too_late_for_a_place_takes_another(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = stage.store.requests.write

    def write_late(*arguments: Any) -> None:
        monkeypatch.undo()
        stage.store.requests.void(USER, 1, stage.clock.now())
        write(*arguments)

    monkeypatch.setattr(stage.store.requests, "write", write_late)

    assert seqs(stage.send().requests) == [2]
    assert stage.statuses() == [Status.VOID, Status.QUEUED]


def test_the_same_key_is_the_same_request(stage: Stage) -> None:
    first = stage.send(2, key=KEY)

    again = stage.send(2, key=KEY)

    assert seqs(again.requests) == seqs(first.requests) == [1, 2]
    assert (first.replayed, again.replayed) == (False, True)
    assert stage.queue.tail == 2


def test_whoever_found_the_worker_at_rest_wakes_it_for_the_one_with_the_same_key(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_numbers = stage.store.queues.take_numbers

    def be_overtaken(*arguments: Any) -> Queue:
        monkeypatch.undo()
        taken = take_numbers(*arguments)
        stage.clock.advance(1)
        stage.send(key=KEY)
        assert stage.rings() == 0, "it relies on the ring of the one before"
        return taken

    monkeypatch.setattr(stage.store.queues, "take_numbers", be_overtaken)

    assert seqs(stage.send(key=KEY).requests) == [2]

    stage.run()
    assert stage.statuses() == [Status.VOID, Status.SUCCEEDED]


def test_whoever_found_the_worker_at_rest_wakes_it_even_if_its_request_cannot_be_stored(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise UnavailableError("The store does not answer.")

    monkeypatch.setattr(stage.store.requests, "write", fail)

    with pytest.raises(UnavailableError):
        stage.send()

    assert stage.rings() == 1


def test_a_known_key_is_answered_with_how_the_request_stands(stage: Stage) -> None:
    stage.send(key=KEY)
    stage.wake()

    assert stage.send(key=KEY).requests[0].status is Status.SUCCEEDED


def test_a_known_key_with_another_body_is_a_mistake(stage: Stage) -> None:
    stage.send(key=KEY)

    with pytest.raises(InvalidInputError):
        stage.send(key=IdempotencyKey(KEY.key, "another"))


def test_a_known_key_tells_nothing_to_a_session_that_has_ended(stage: Stage) -> None:
    stage.send(key=KEY)
    stage.store.connections.end_session(USER, SESSION)

    with pytest.raises(UnauthenticatedError):
        stage.send(key=KEY)


def test_a_key_whose_request_was_deleted_is_a_mistake(stage: Stage) -> None:
    stage.send(2, key=KEY)
    stage.controls.purge(USER, SESSION, forget=True)

    with pytest.raises(InvalidInputError, match="deleted"):
        stage.send(2, key=KEY)


@pytest.mark.parametrize("page_size", [1, 1_000])
def test_a_replayed_batch_tells_all_that_was_accepted(stage: Stage, page_size: int) -> None:
    stage.store.requests.page_size = page_size
    stage.send()
    stage.send(3, key=KEY)
    stage.send()

    assert seqs(stage.send(3, key=KEY).requests) == [2, 3, 4]


@pytest.mark.parametrize(
    ("forgotten", "told"), [([1, 2], r"1 to 3\. Only 3 can"), ([1, 2, 3], r"None of it can be read")]
)
def test_a_replay_says_what_has_expired_instead_of_telling_half(
    stage: Stage, forgotten: list[int], told: str
) -> None:
    stage.send(3, key=KEY)
    for seq in forgotten:
        del stage.store.tables.requests[USER][seq]

    with pytest.raises(InvalidInputError, match=told) as refused:
        stage.send(3, key=KEY)

    assert refused.value.code == "key_expired"
    assert stage.queue.tail == 3, "and nothing is accepted anew"


def test_a_key_can_be_used_again_when_its_outcome_has_expired(stage: Stage) -> None:
    stage.send(key=KEY)
    stage.wake()
    stage.clock.advance(8 * 24 * HOUR_MS)
    stage.store.connections.open_session(USER, SESSION, stage.clock.now() + HOUR_MS, stage.clock.now())

    assert seqs(stage.send(key=KEY).requests) == [2]
