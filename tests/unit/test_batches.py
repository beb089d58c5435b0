"""A DynamoDB that does only a part of what a call asks for. DynamoDB Local and moto always do all."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.adapters.dynamodb import batches
from chalicelib.adapters.dynamodb import pauses as pauses_module
from chalicelib.adapters.dynamodb.batches import PATIENCE_S, READ_AT_ONCE, WRITTEN_AT_ONCE
from chalicelib.adapters.dynamodb.notes import DynamoNotes
from chalicelib.adapters.dynamodb.sessions import DynamoSessions
from chalicelib.adapters.dynamodb.store import DynamoStore
from chalicelib.adapters.dynamodb.tables import TableNames, Tables
from chalicelib.adapters.dynamodb.tries import DynamoTryCounts
from chalicelib.core.errors import UnavailableError
from chalicelib.core.queueing.notes import NoteKey, NoteKind
from chalicelib.core.queueing.texts import LargeText, TextKey

KEYS = [NoteKey(1, NoteKind.STEP, f"step {n}") for n in range(2 * WRITTEN_AT_ONCE + 1)]
TEXTS = [LargeText(TextKey(n, 0), f"text {n}", 1_000) for n in range(1, 4)]
USERS = [f"user {n}" for n in range(READ_AT_ONCE + 20)]


class Busy:
    """It does `does` requests of a call; from the call number `recovers` on, all of them."""

    def __init__(self, does: int, recovers: int = 1_000_000) -> None:
        names = TableNames(queues="t", requests="t", idempotency="t", sessions="t", scheduled="t")
        self.tables = Tables(names, region="us-east-1", host="http://127.0.0.1:1")
        self.store = DynamoStore(self.tables, 5)
        self.calls: list[int] = []  # how many requests each had
        self.done: list[Any] = []
        self._does, self._recovers = does, recovers
        client: Any = self.tables.connection._client
        client._make_api_call = self._answer

    def _answer(self, name: str, asked: Any) -> Any:
        if name == "Query":
            return {"Items": [{"user_id": {"S": "ada"}, "seq": {"N": "1"}}], "Count": 1, "ScannedCount": 1}
        requests = asked["RequestItems"]["t"]
        requests = requests["Keys"] if name == "BatchGetItem" else requests
        self.calls.append(len(requests))
        does = len(requests) if len(self.calls) >= self._recovers else self._does
        now, later = requests[:does], requests[does:]
        self.done += now
        if name == "BatchWriteItem":
            return {"UnprocessedItems": {"t": later} if later else {}}
        return {"Responses": {"t": now}, "UnprocessedKeys": {"t": {"Keys": later}} if later else {}}


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses, which pass at once. Without credentials no call would be made."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    passed: list[float] = []
    clock = SimpleNamespace(sleep=passed.append, monotonic=lambda: sum(passed))
    for module in (batches, pauses_module):  # and not for other threads of this process
        monkeypatch.setattr(module, "time", clock)
    return passed


def delete_notes(busy: Busy) -> None:
    DynamoNotes(busy.tables).delete("ada", KEYS)


CALLS: dict[str, Callable[[Busy], object]] = {
    "notes deleted": delete_notes,
    "texts written": lambda busy: busy.store.requests.write_texts("ada", TEXTS),
    "data of a user removed": lambda busy: busy.store.removal.delete_requests("ada"),
    "texts read": lambda busy: busy.store.requests.read_texts("ada", [text.key for text in TEXTS]),
    "queues read": lambda busy: busy.store.sweep_index.get_many(USERS),
    "sessions read": lambda busy: DynamoSessions(busy.tables).get_many(USERS),
    "budgets read": lambda busy: DynamoTryCounts(busy.tables).spent(USERS),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_store_that_stays_too_busy_is_unavailable(
    call: Callable[[Busy], object], pauses: list[float]
) -> None:
    busy = Busy(does=0)

    with pytest.raises(UnavailableError, match="too busy"):
        call(busy)

    assert PATIENCE_S <= sum(pauses) <= PATIENCE_S + batches.LONGEST_PAUSE_S
    assert len(busy.calls) == len(pauses) + 1


def test_what_was_not_written_is_written_later(pauses: list[float]) -> None:
    busy = Busy(does=0, recovers=4)

    delete_notes(busy)

    assert busy.calls == [WRITTEN_AT_ONCE] * 5 + [1]
    assert len({str(key) for key in busy.done}) == len(busy.done) == len(KEYS)
    assert len(pauses) == 3, "none after a call that has done all"


def test_only_what_is_left_is_asked_for_again(pauses: list[float]) -> None:
    busy = Busy(does=1)

    busy.store.requests.write_texts("ada", TEXTS)

    assert busy.calls == [3, 2, 1]
    texts = [put["PutRequest"]["Item"]["text"]["S"] for put in busy.done]
    assert texts == ["text 1", "text 2", "text 3"]


def test_pauses_grow_while_nothing_is_done_and_are_short_again_after_progress(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    longest: list[float] = []
    monkeypatch.setattr(batches, "pause", longest.append)
    one, other = {"key": 1}, {"key": 2}
    left = iter([[one, other], [one, other], [one], [one], []])

    batches._repeat(lambda _: next(left), [one, other], 2)

    assert longest == [batches.PAUSE_S, 2 * batches.PAUSE_S, batches.PAUSE_S, 2 * batches.PAUSE_S]


def test_all_is_read_once_though_it_comes_in_parts() -> None:
    busy = Busy(does=90)

    keys = [(user,) for user in [*USERS, *USERS[:3]]]
    found = batches.get_all(busy.tables.connection, busy.tables.tries, keys)

    assert sorted(item.subject for item in found) == sorted(USERS)
    assert busy.calls == [100, 10, 20]


def test_nothing_is_asked_for_if_nothing_is_wanted() -> None:
    busy = Busy(does=0)

    DynamoNotes(busy.tables).delete("ada", [])
    busy.store.requests.write_texts("ada", [])

    assert busy.calls == []
