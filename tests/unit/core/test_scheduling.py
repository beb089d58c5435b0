"""What users are told about what they have scheduled."""

import pytest

from chalicelib.core.errors import InvalidInputError, NotFoundError
from chalicelib.core.queueing.idempotency import IdempotencyKey
from tests.unit.core.queue_harness import HOUR_MS, SESSION, USER, QueueHarness
from tests.unit.core.test_entries import payloads, schedule, sweep

KEY = IdempotencyKey("key", "fingerprint")


def test_a_repeated_call_is_answered_with_the_same_entry_before_and_after_it_has_entered(
    harness: QueueHarness,
) -> None:
    first, again = schedule(harness, 1, key=KEY), schedule(harness, 1, key=KEY)
    assert (again.entry, again.seq, again.replayed) == (first.entry, None, True)

    harness.clock.advance(1_000)
    sweep(harness)
    again = schedule(harness, 1, key=KEY)

    assert (again.entry.id, again.entry.enter_at, again.seq) == (first.entry.id, first.entry.enter_at, 1)
    with pytest.raises(InvalidInputError) as refused:
        schedule(harness, 1, key=IdempotencyKey("key", "another"))
    assert refused.value.code == "key_reused"


def test_a_key_tells_that_what_was_scheduled_was_deleted_or_has_expired(harness: QueueHarness) -> None:
    deleted = schedule(harness, 1, key=KEY).entry
    harness.scheduling.delete(USER, SESSION, deleted.id)
    other = IdempotencyKey("other", "fingerprint")
    schedule(harness, -1, key=other)
    del harness.store.tables.requests[USER][1]

    for key, code in ((KEY, "key_deleted"), (other, "key_expired")):
        with pytest.raises(InvalidInputError) as refused:
            schedule(harness, 1, key=key)
        assert refused.value.code == code


def test_what_was_deleted_never_enters_and_what_has_entered_cannot_be_deleted(harness: QueueHarness) -> None:
    deleted, entered = schedule(harness, 2).entry, schedule(harness, 1, "1").entry
    harness.scheduling.delete(USER, SESSION, deleted.id)
    harness.clock.advance(HOUR_MS // 2)
    sweep(harness)

    for gone in (deleted, entered):
        with pytest.raises(NotFoundError):
            harness.scheduling.delete(USER, SESSION, gone.id)
    assert payloads(harness) == ["1"]
