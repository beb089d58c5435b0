"""Steps and signals are there for as long as their request is, however long that is."""

from typing import Any

import pytest

from chalicelib.core.queueing.notes import NOTES_KEPT_MS, Note, NoteKey, NoteKind, kept_until
from chalicelib.core.queueing.request import Request, Status
from chalicelib.core.queueing.suspending import Suspended
from chalicelib.core.queueing.texts import DAY_MS
from tests.unit.core.queue_harness import DONE, USER, QueueHarness
from tests.unit.core.test_large_texts import go_to_its_minute, sweep_for_a_day

DAYS = NOTES_KEPT_MS // DAY_MS
CHARGE = NoteKey(1, NoteKind.STEP, "charge")
APPROVAL = NoteKey(1, NoteKind.SIGNAL, "approval")


@pytest.fixture
def waiting(harness: QueueHarness) -> QueueHarness:
    """The first request has stored a step and sleeps, and its queue stands then."""

    def charge(running: Request) -> Any:
        assert harness.journal
        harness.journal.add(NoteKind.STEP, "charge", '"receipt"')
        return Suspended(harness.clock.now() + DAY_MS, "")

    harness.script[1] = [charge, DONE]
    harness.send()
    harness.wake()
    harness.store.notes.add(USER, Note(APPROVAL, "true", kept_until(harness.clock.now())))
    harness.controls.pause(USER, None)
    go_to_its_minute(harness)
    return harness


def stand_for(harness: QueueHarness, days: int) -> None:
    for _ in range(days):
        sweep_for_a_day(harness)
        harness.store.tables.remove_expired(harness.clock.now())


def test_steps_and_signals_are_there_after_years(waiting: QueueHarness) -> None:
    stand_for(waiting, 2 * DAYS + 10)

    for key in (CHARGE, APPROVAL):
        assert waiting.store.notes.get(USER, key)
    waiting.controls.resume(USER, None)
    waiting.run()
    assert waiting.request(1).status is Status.SUCCEEDED
    assert waiting.store.notes.get(USER, CHARGE) is None


def test_nothing_is_read_for_that_until_they_would_expire(
    waiting: QueueHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = list[NoteKind]()
    list_notes = waiting.store.notes.list

    def count(user_id: str, seq: int, kind: NoteKind, *rest: Any) -> Any:
        listed.append(kind)
        return list_notes(user_id, seq, kind, *rest)

    monkeypatch.setattr(waiting.store.notes, "list", count)

    stand_for(waiting, DAYS - 10)
    assert listed == []

    stand_for(waiting, 10)
    assert set(listed) == {NoteKind.STEP, NoteKind.SIGNAL}
    note = waiting.store.notes.get(USER, CHARGE)
    assert note
    assert note.expires_at > kept_until(waiting.clock.now() - 10 * DAY_MS)
