"""Writes of one item that DynamoDB refuses because a transaction is at the same item: nothing was written."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.adapters.dynamodb import conflicts
from chalicelib.adapters.dynamodb.opening import create_open
from chalicelib.adapters.dynamodb.queue_items import QueueItems
from chalicelib.adapters.dynamodb.store import DynamoStore
from chalicelib.core.errors import UnavailableError
from chalicelib.core.queueing.notes import Note, NoteKey, NoteKind
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.request import Outcome, Request, Status, StoppedBy
from chalicelib.core.queueing.texts import LargeText, TextKey
from tests.unit.broken_dynamodb import Broken, answered

NEW = Request("ab", 1, "echo", "{}", Status.QUEUED, enqueued_at=1)
RUNNING = NEW.begun("worker", 1, 2)
QUEUE = Queue("ab", 5, 5, deleted_at=1)
NOTE = Note(NoteKey(1, NoteKind.STEP, "charge"), "1", 1)
TEXT = LargeText(TextKey(1, 1), "text", 1)
# All writes of one item in the tables of which transactions write items.
SINGLE_WRITES: dict[str, Callable[[DynamoStore], object]] = {
    "take_numbers": lambda store: store.queues.take_numbers("ab", "session", 1, 1),
    "write": lambda store: store.requests.write(NEW),
    "void": lambda store: store.requests.void("ab", 1, 1),
    "begin": lambda store: store.requests.begin(NEW, "worker", 1, 2),
    "renew": lambda store: store.requests.renew(RUNNING, 3),
    "finish": lambda store: store.requests.finish(RUNNING, Outcome(Status.SUCCEEDED, result="1"), 2),
    "request_stop": lambda store: store.requests.request_stop(RUNNING, StoppedBy.USER, 2),
    "mark_eventful": lambda store: store.requests.mark_eventful(RUNNING),
    "note_overrun": lambda store: store.requests.note_overrun("ab", 1, "worker"),
    "note_unfit": lambda store: store.requests.note_unfit(NEW, 1),
    "schedule_expiry": lambda store: store.requests.schedule_expiry(NEW, 1),
    "write_texts": lambda store: store.requests.write_texts("ab", [TEXT]),
    "keep_text": lambda store: store.requests.keep_text("ab", TEXT.key, 1),
    "note_payload_kept": lambda store: store.requests.note_payload_kept(NEW, 1),
    "delete_slot": lambda store: store.requests.delete_slot("ab", "slot", 1),
    "expire": lambda store: store.keys.expire(replace(NEW, key="key"), 1),
    "add note": lambda store: store.notes.add("ab", NOTE),
    "keep note": lambda store: store.notes.keep("ab", NOTE.key, 1),
    "create_closed": lambda store: store.connections.create_closed("ab", 0, 1, ""),
    "create_open": lambda store: create_open(QueueItems(store._tables), "ab", 1, room=5, limit=5),
    "delete_queue": lambda store: store.removal.delete_queue(QUEUE),
}


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setattr(conflicts, "PAUSES_S", (0, 0, 0))


@pytest.mark.parametrize("write", SINGLE_WRITES.values(), ids=SINGLE_WRITES)
@pytest.mark.parametrize(("code", "calls"), [("TransactionConflictException", 4), ("Throttling", 1)])
def test_an_item_is_written_again_if_only_a_transaction_was_in_the_way(
    write: Callable[[DynamoStore], object], code: str, calls: int
) -> None:
    broken = Broken(answered(code))

    with pytest.raises(UnavailableError):
        write(broken.store)

    assert broken.calls == calls
