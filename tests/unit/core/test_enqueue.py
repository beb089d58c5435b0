"""Accepting requests."""

from typing import Any

import pytest

from chalicelib.core.errors import InvalidInputError, TooManyError, UnauthenticatedError, UnavailableError
from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.idempotency import IdempotencyKey
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.request import Status
from tests.unit.core.queue_harness import HOUR_MS, LIMIT, SESSION, USER, QueueHarness, seqs

KEY = IdempotencyKey("key", "fingerprint")


def test_a_request_gets_the_next_number_and_waits(harness: QueueHarness) -> None:
    accepted = harness.send()

    assert seqs(accepted.requests) == [1]
    assert harness.request(1) == accepted.requests[0]
    assert harness.statuses() == [Status.QUEUED]


def test_a_batch_gets_consecutive_numbers(harness: QueueHarness) -> None:
    harness.send()

    accepted = harness.send(3)

    assert seqs(accepted.requests) == [2, 3, 4]
    assert [request.batch for request in accepted.requests] == [2, 2, 2]


def test_what_the_caller_wishes_is_kept(harness: QueueHarness) -> None:
    work = Work(
        "skip", "null", max_attempts=7, on_failure="halt", not_before=harness.clock.now() + 1, origin=3
    )

    harness.enqueue(USER, SESSION, [work])

    kept = harness.request(1)
    assert (kept.max_attempts, kept.on_failure, kept.not_before, kept.origin) == (
        7,
        "halt",
        harness.clock.now() + 1,
        3,
    )


def test_only_the_first_of_many_rings(harness: QueueHarness) -> None:
    for _ in range(5):
        harness.send()
        harness.clock.advance(1)

    assert harness.wake_ups_waiting() == 1


def test_a_ring_that_moves_nothing_is_not_trusted_for_long(harness: QueueHarness) -> None:
    harness.send()
    harness.clock.advance(5_000)

    harness.send()

    assert harness.wake_ups_waiting() == 2


def test_without_room_nothing_is_accepted(harness: QueueHarness) -> None:
    harness.send(LIMIT - 1)

    with pytest.raises(TooManyError) as refused:
        harness.send(2)

    assert refused.value.retry_after == 1
    assert harness.queue.tail == LIMIT - 1


def test_a_batch_that_can_never_have_room_is_a_mistake(harness: QueueHarness) -> None:
    with pytest.raises(InvalidInputError, match=f"{LIMIT}"):
        harness.send(LIMIT + 1)


def test_a_full_queue_says_how_long_its_work_takes(harness: QueueHarness) -> None:
    harness.script[1] = [harness.working_for(4_000)]
    harness.send()
    harness.wake()
    harness.send(LIMIT)

    with pytest.raises(TooManyError) as refused:
        harness.send(3)

    assert refused.value.retry_after == 12, "three of four seconds each must be done first"


@pytest.mark.parametrize("session", [SESSION, "other"])
def test_without_a_live_session_nothing_is_accepted(harness: QueueHarness, session: str) -> None:
    harness.clock.advance(HOUR_MS)

    with pytest.raises(UnauthenticatedError):
        harness.enqueue(USER, session, [Work("skip", "null")])

    assert harness.queue.tail == 0


def test_whoever_comes_too_late_for_a_place_takes_another(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = harness.store.requests.write

    def write_late(*arguments: Any) -> None:
        monkeypatch.undo()
        harness.store.requests.void(USER, 1, harness.clock.now())
        write(*arguments)

    monkeypatch.setattr(harness.store.requests, "write", write_late)

    assert seqs(harness.send().requests) == [2]
    assert harness.statuses() == [Status.VOID, Status.QUEUED]


def test_the_same_key_is_the_same_request(harness: QueueHarness) -> None:
    first = harness.send(2, key=KEY)

    again = harness.send(2, key=KEY)

    assert seqs(again.requests) == seqs(first.requests) == [1, 2]
    assert (first.replayed, again.replayed) == (False, True)
    assert harness.queue.tail == 2


def test_whoever_found_the_worker_at_rest_wakes_it_for_the_one_with_the_same_key(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_numbers = harness.store.queues.take_numbers

    def be_overtaken(*arguments: Any) -> Queue:
        monkeypatch.undo()
        taken = take_numbers(*arguments)
        harness.clock.advance(1)
        harness.send(key=KEY)
        assert harness.wake_ups_waiting() == 0, "it relies on the ring of the one before"
        return taken

    monkeypatch.setattr(harness.store.queues, "take_numbers", be_overtaken)

    assert seqs(harness.send(key=KEY).requests) == [2]

    harness.run()
    assert harness.statuses() == [Status.VOID, Status.SUCCEEDED]


def test_whoever_found_the_worker_at_rest_wakes_it_even_if_its_request_cannot_be_stored(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise UnavailableError("The store does not answer.")

    monkeypatch.setattr(harness.store.requests, "write", fail)

    with pytest.raises(UnavailableError):
        harness.send()

    assert harness.wake_ups_waiting() == 1


def test_a_known_key_is_answered_with_how_the_request_stands(harness: QueueHarness) -> None:
    harness.send(key=KEY)
    harness.wake()

    assert harness.send(key=KEY).requests[0].status is Status.SUCCEEDED


def test_a_known_key_with_another_body_is_a_mistake(harness: QueueHarness) -> None:
    harness.send(key=KEY)

    with pytest.raises(InvalidInputError):
        harness.send(key=IdempotencyKey(KEY.key, "another"))


def test_a_known_key_tells_nothing_to_a_session_that_has_ended(harness: QueueHarness) -> None:
    harness.send(key=KEY)
    harness.store.connections.end_session(USER, SESSION)

    with pytest.raises(UnauthenticatedError):
        harness.send(key=KEY)


def test_a_key_whose_request_was_deleted_is_a_mistake(harness: QueueHarness) -> None:
    harness.send(2, key=KEY)
    harness.controls.purge(USER, SESSION, forget=True)

    with pytest.raises(InvalidInputError, match="deleted"):
        harness.send(2, key=KEY)


@pytest.mark.parametrize("page_size", [1, 1_000])
def test_a_replayed_batch_tells_all_that_was_accepted(harness: QueueHarness, page_size: int) -> None:
    harness.store.requests.page_size = page_size
    harness.send()
    harness.send(3, key=KEY)
    harness.send()

    assert seqs(harness.send(3, key=KEY).requests) == [2, 3, 4]


@pytest.mark.parametrize(
    ("forgotten", "told"), [([1, 2], r"1 to 3\. Only 3 can"), ([1, 2, 3], r"None of it can be read")]
)
def test_a_replay_says_what_has_expired_instead_of_telling_half(
    harness: QueueHarness, forgotten: list[int], told: str
) -> None:
    harness.send(3, key=KEY)
    for seq in forgotten:
        del harness.store.tables.requests[USER][seq]

    with pytest.raises(InvalidInputError, match=told) as refused:
        harness.send(3, key=KEY)

    assert refused.value.code == "key_expired"
    assert harness.queue.tail == 3, "and nothing is accepted anew"


def test_a_key_can_be_used_again_when_its_outcome_has_expired(harness: QueueHarness) -> None:
    harness.send(key=KEY)
    harness.wake()
    harness.clock.advance(8 * 24 * HOUR_MS)
    harness.store.connections.open_session(USER, SESSION, harness.clock.now() + HOUR_MS, harness.clock.now())

    assert seqs(harness.send(key=KEY).requests) == [2]


@pytest.mark.parametrize(
    ("work", "key"),
    [
        (Work("skip", "null"), IdempotencyKey("key", "another fingerprint")),
        (Work("skip", "null", start_before=1), None),
    ],
)
def test_a_fault_of_the_call_is_told_only_to_those_whose_session_is_live(
    harness: QueueHarness, work: Work, key: IdempotencyKey | None
) -> None:
    harness.enqueue(USER, SESSION, [Work("skip", "null")], KEY)
    with pytest.raises(InvalidInputError):
        harness.enqueue(USER, SESSION, [work], key)

    harness.store.connections.end_session(USER, SESSION)

    with pytest.raises(UnauthenticatedError):
        harness.enqueue(USER, SESSION, [work], key)
