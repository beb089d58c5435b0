"""How long uploads are there: as long as their requests need them, and not much longer."""

from typing import Any

import pytest

from chalicelib.core.errors import ConflictError, UnavailableError
from chalicelib.core.queueing.object_store import LIFETIMES
from chalicelib.core.queueing.request import Status
from chalicelib.core.queueing.retention import LONGEST
from chalicelib.core.queueing.texts import DAY_MS
from chalicelib.core.queueing.uploaded import key_of
from tests.unit.core.queue_harness import BROKEN, SESSION, USER, QueueHarness
from tests.unit.core.test_large_texts import go_to_its_minute, sweep_for_a_day
from tests.unit.core.test_uploads import places, send, upload


def test_a_failed_request_can_be_sent_again(harness: QueueHarness) -> None:
    harness.script[1] = [BROKEN] * 3
    send(harness, upload(harness))
    harness.run()
    harness.clock.advance(3 * DAY_MS)
    now = harness.clock.now()
    harness.store.connections.open_session(USER, SESSION, now + DAY_MS, now, USER)

    harness.controls.retry(USER, SESSION, 1)
    harness.run()

    assert harness.statuses() == [Status.FAILED, Status.SUCCEEDED]
    assert harness.request(2).origin == 1
    assert harness.objects.objects[key_of(harness.request(2))].written_at == now, "kept for its time, too"


def test_a_failed_request_whose_upload_is_gone_cannot_be_sent_again(harness: QueueHarness) -> None:
    harness.script[1] = [BROKEN] * 3
    send(harness, upload(harness))
    harness.run()
    harness.objects.objects.clear()

    with pytest.raises(ConflictError) as refused:
        harness.controls.retry(USER, SESSION, 1)
    assert refused.value.code == "payload_gone"


def test_the_uploads_of_a_line_that_stands_for_weeks_are_kept(harness: QueueHarness) -> None:
    harness.send()
    send(harness, upload(harness))
    harness.controls.pause(USER, None)
    go_to_its_minute(harness)
    for _ in range(60):
        sweep_for_a_day(harness)
        harness.objects.remove_expired(harness.clock.now())
    assert places(harness) == ["kept-7"]

    harness.controls.resume(USER, None)
    harness.run()

    assert harness.statuses() == [Status.SUCCEEDED] * 2


def test_an_upload_outlives_its_request_and_expires(harness: QueueHarness) -> None:
    send(harness, upload(harness))
    harness.run()
    expires_at = harness.request(1).expires_at
    assert expires_at

    harness.objects.remove_expired(expires_at)
    assert places(harness) == ["kept-7"]
    harness.objects.remove_expired(expires_at + 10 * DAY_MS)
    assert places(harness) == []


@pytest.mark.parametrize(
    ("days", "place"), [(0.1, "kept-7"), (8, "kept-30"), (31, "kept-100"), (101, "kept-366")]
)
def test_an_upload_is_kept_as_long_as_its_request(harness: QueueHarness, days: float, place: str) -> None:
    send(harness, upload(harness), kept_ms=int(days * DAY_MS))
    assert places(harness) == ["new", place]
    assert key_of(harness.request(1)) in harness.objects.objects


def test_there_is_a_place_for_the_longest_retention() -> None:
    assert max(LIFETIMES.values()) >= LONGEST.days + 10


def test_the_uploads_of_a_deleted_account_are_deleted_and_no_others(harness: QueueHarness) -> None:
    now = harness.clock.now()
    harness.store.connections.open_session("other", "theirs", now + DAY_MS, now, "other")
    upload(harness, user="other", session="theirs")
    send(harness, upload(harness))
    upload(harness, b"2")
    harness.run()
    harness.store.connections.mark_for_removal(USER, now)
    harness.clock.advance(100_000)

    harness.sweep()

    assert USER not in harness.store.tables.queues
    assert places(harness) == ["new"]


def test_a_deletion_that_the_bucket_interrupts_is_finished_by_the_next_sweep(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(harness)
    harness.store.connections.mark_for_removal(USER, harness.clock.now())
    harness.clock.advance(100_000)

    def silent(*_: Any) -> None:
        raise UnavailableError

    with monkeypatch.context() as patch:
        patch.setattr(harness.objects, "delete_some", silent)
        harness.sweep()
    assert USER in harness.store.tables.queues
    harness.clock.advance(60_000)

    harness.sweep()
    assert USER not in harness.store.tables.queues
    assert places(harness) == []
