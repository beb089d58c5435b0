"""What another process, or the same write once more, does in DynamoDB between two calls of one method."""

from typing import Any

import pytest

from chalicelib.adapters.dynamodb import callbacks, transaction
from chalicelib.adapters.dynamodb.queue_items import QueueItems
from chalicelib.adapters.dynamodb.store import DynamoStore
from chalicelib.adapters.dynamodb.tables import TableNames, Tables
from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.notes import Note, NoteKey, NoteKind
from chalicelib.core.queueing.queue import Queue
from tests.contract.backends import EMULATOR, MOTO
from tests.contract.stores import LIMIT, created_tables
from tests.contract.test_callbacks import CURSOR, owing
from tests.contract.users import EXPIRY, NOW, User, assert_refused

pytestmark = pytest.mark.parametrize("backend", [MOTO, EMULATOR], indirect=True)
REPLAYED = CURSOR._replace(token="replay")


@pytest.fixture
def names(backend: str) -> TableNames:
    return created_tables()


@pytest.fixture
def user(names: TableNames) -> User:
    user = User(DynamoStore(Tables(names), LIMIT))
    user.sign_in()
    return user


@pytest.fixture
def other(names: TableNames) -> DynamoStore:
    """Of another process."""
    return DynamoStore(Tables(names), LIMIT)


@pytest.mark.parametrize("first", [2, None])
def test_a_replay_right_after_something_was_given_up_is_not_taken_over(
    user: User, other: DynamoStore, monkeypatch: pytest.MonkeyPatch, first: int | None
) -> None:
    def commit(*arguments: Any) -> None:
        transaction.commit(*arguments)
        other.callbacks.move(user.queue, REPLAYED)

    monkeypatch.setattr(callbacks, "commit", commit)
    cursor, note = CURSOR._replace(first=first), Note(NoteKey(0, NoteKind.CALLBACK, "1"), "[]", EXPIRY)

    moved = user.store.callbacks.move(owing(user), cursor, note)

    assert moved.callbacks == cursor
    assert_refused(lambda: user.store.callbacks.move(moved, CURSOR._replace(first=2, token="next")))
    assert user.queue.callbacks == REPLAYED


@pytest.mark.parametrize("name", ["ada:closed", "ada:new"])
def test_another_process_opens_or_makes_the_queue_in_which_an_entry_takes_a_number(
    user: User, other: DynamoStore, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    if name == "ada:closed":
        user.store.connections.create_closed(name, 0, NOW, "")

    def update(items: QueueItems, *arguments: Any) -> Queue:
        try:
            return updated(items, *arguments)
        except LostRaceError:
            monkeypatch.undo()
            other.entries.take_number(name, NOW, create=True)
            raise

    updated = QueueItems.update
    monkeypatch.setattr(QueueItems, "update", update)

    assert user.store.entries.take_number(name, NOW, create=True).tail == 2


def test_an_entry_takes_a_number_though_the_write_that_opens_its_queue_is_repeated_on_the_way(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "ada:closed"
    user.store.connections.create_closed(name, 0, NOW, "")

    def update(items: QueueItems, *arguments: Any) -> Queue:
        updated(items, *arguments)
        monkeypatch.undo()
        return updated(items, *arguments)

    updated = QueueItems.update
    monkeypatch.setattr(QueueItems, "update", update)

    assert user.store.entries.take_number(name, NOW, create=False).tail == 2, "one number is lost"
