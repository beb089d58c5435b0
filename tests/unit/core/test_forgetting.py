"""What is scheduled is deleted all at once, as far as there is time for it."""

from typing import Any

import pytest

from tests.unit.core.queue_harness import SESSION, USER, QueueHarness
from tests.unit.core.test_entries import schedule


def test_a_purge_leaves_what_is_scheduled_alone_and_forgetting_deletes_it(harness: QueueHarness) -> None:
    schedule(harness, 60)
    harness.controls.purge(USER, SESSION)
    assert len(harness.scheduling.page(USER, SESSION, "", 9)) == 1

    harness.scheduling.forget(USER, SESSION)

    assert list(harness.scheduling.page(USER, SESSION, "", 9)) == []


def test_forgetting_deletes_the_soonest_first_and_stops_at_a_moment(
    harness: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    latest = [schedule(harness, seconds).entry.id for seconds in (60, 70, 80)][-1]
    entries, delete = harness.store.entries, harness.store.entries.delete

    def slow(*args: Any) -> None:
        harness.clock.advance(1_000)
        delete(*args)

    monkeypatch.setattr(entries, "delete", slow)

    assert not harness.scheduling.forget(USER, SESSION, harness.clock.now() + 2_000)
    assert [entry.id for entry in harness.scheduling.page(USER, SESSION, "", 9)] == [latest]

    assert harness.scheduling.forget(USER, SESSION, harness.clock.now() + 2_000)
    assert harness.scheduling.forget(USER, SESSION, harness.clock.now()), "nothing is left to begin"
