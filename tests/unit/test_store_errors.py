"""What goes wrong between here and DynamoDB, in the core's words."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError, ConnectionClosedError, ReadTimeoutError
from pynamodb.exceptions import TransactWriteError

from chalicelib.adapters.dynamodb import transaction
from chalicelib.adapters.dynamodb.shards import LEAST_SHARDS
from chalicelib.adapters.dynamodb.store import DynamoStore
from chalicelib.core.errors import EffectRefusedError, LostRaceError, UnavailableError
from chalicelib.core.queueing.idempotency import IdempotencyKey
from chalicelib.core.queueing.request import Outcome, Request, Status
from tests.unit.broken_dynamodb import Broken, answered, tables_at

NEW = Request("u" * 32, 1, "echo", "{}", Status.QUEUED, enqueued_at=1)
EFFECT = {"Put": {"TableName": "adopters", "Item": {"id": {"S": "1"}}}}

CALLS: dict[str, Callable[[DynamoStore], object]] = {
    "get": lambda store: store.queues.get("ab"),
    "query": lambda store: store.requests.list_after("ab", 0, 1),
    "update": lambda store: store.queues.take_numbers("ab", "session", 1, 1),
    "put": lambda store: store.requests.write(NEW),
    "transaction": lambda store: store.requests.write(NEW, IdempotencyKey("key", "fingerprint"), 1),
    "batch": lambda store: store.sweep_index.get_many(["ab"]),
}


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setattr(transaction, "PAUSE_S", 0)


@pytest.fixture
def closing_server() -> Iterator[str]:
    """It hangs up on everybody who has asked."""

    def hang_up() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.recv(65_536)
            connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=hang_up, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


@pytest.mark.parametrize("call", ["get", "transaction"])
def test_a_store_that_hangs_up_is_unavailable(closing_server: str, call: str) -> None:
    with pytest.raises(UnavailableError):
        CALLS[call](DynamoStore(tables_at(closing_server), 5))


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize(
    "error", [ReadTimeoutError(endpoint_url="x"), ConnectionClosedError(endpoint_url="x")]
)
def test_a_store_that_does_not_answer_is_unavailable(
    error: BotoCoreError, call: Callable[[DynamoStore], object]
) -> None:
    with pytest.raises(UnavailableError):
        call(Broken(error).store)


def cancelled(*codes: str) -> ClientError:
    answer: Any = {
        "Error": {"Code": "TransactionCanceledException", "Message": f"Cancelled: [{', '.join(codes)}]"},
        "CancellationReasons": [{"Code": code, "Message": "Why."} for code in codes],
    }
    return ClientError(answer, "TransactWriteItems")


def finish(broken: Broken) -> None:
    running = NEW.begun("worker", 1, 2)
    broken.store.requests.finish(running, Outcome(Status.SUCCEEDED, result="1"), 2, [EFFECT])


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (cancelled("ConditionalCheckFailed", "None"), LostRaceError),
        (cancelled("ConditionalCheckFailed", "ConditionalCheckFailed"), LostRaceError),
        (cancelled("None", "ConditionalCheckFailed"), EffectRefusedError),
        (cancelled("TransactionConflict", "ConditionalCheckFailed"), EffectRefusedError),
        (cancelled("None", "ValidationError"), EffectRefusedError),
        (cancelled("None", "ItemCollectionSizeLimitExceeded"), EffectRefusedError),
        (answered("ValidationException"), EffectRefusedError),
        (answered("ResourceNotFoundException"), EffectRefusedError),
        (answered("AccessDeniedException"), EffectRefusedError),
        (answered("413", 413), EffectRefusedError),
        (answered("InternalFailure"), UnavailableError),
        (answered("NobodyKnows", 502), UnavailableError),
        (cancelled("None", "TransactionConflict"), EffectRefusedError),
        (cancelled("TransactionConflict", "None"), UnavailableError),
        (cancelled("TransactionConflict", "TransactionConflict"), UnavailableError),
        (cancelled("ThrottlingError", "TransactionConflict"), UnavailableError),
        (cancelled("ThrottlingError", "None"), UnavailableError),
        (cancelled("None", "ProvisionedThroughputExceeded"), EffectRefusedError),
        (cancelled("None", "ThrottlingError"), EffectRefusedError),
        (cancelled("None", "SomethingNew"), UnavailableError),
    ],
)
def test_effects_are_refused_only_for_what_they_are(error: ClientError, expected: type[Exception]) -> None:
    with pytest.raises(expected):
        finish(Broken(error))


def test_why_effects_are_refused_is_in_the_logs_only(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(EffectRefusedError, match=r"^The effects could not be written\.$"):
        finish(Broken(answered("AccessDeniedException")))

    assert "AccessDeniedException" in str(caplog.records[0].__dict__["fields"]["exception"])


@pytest.mark.parametrize("error", [answered("InternalFailure"), answered("NobodyKnows", 500)])
def test_a_store_that_has_failed_is_unavailable(error: ClientError) -> None:
    broken = Broken(error)

    for call in CALLS.values():
        with pytest.raises(UnavailableError):
            call(broken.store)


def test_what_passes_is_tried_again() -> None:
    broken = Broken(cancelled("ThrottlingError", "None"))

    with pytest.raises(UnavailableError):
        finish(broken)

    assert broken.calls == transaction.TRIES


def test_processes_that_write_the_same_effects_get_out_of_each_others_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Their pauses are drawn, and grow; the attempt fails only if it finds others there each time."""
    pauses: list[float] = []
    own, sleep = threading.get_ident(), time.sleep

    def pause(seconds: float) -> None:
        if threading.get_ident() == own:
            pauses.append(seconds)
        else:
            sleep(seconds)

    monkeypatch.setattr(transaction, "PAUSE_S", 1)
    monkeypatch.setattr(time, "sleep", pause)
    broken = Broken(cancelled("None", "TransactionConflict"))

    for _ in range(2):
        with pytest.raises(EffectRefusedError, match="same items"):
            finish(broken)

    assert broken.calls == 2 * transaction.TRIES
    assert len({*pauses}) == 2 * (transaction.TRIES - 1)
    assert all(pause <= 2 ** (n % 4) for n, pause in enumerate(pauses))


def test_a_mistake_of_our_own_is_not_taken_for_anything_else() -> None:
    with pytest.raises(TransactWriteError):
        CALLS["transaction"](Broken(answered("ValidationException")).store)


def test_a_shard_that_cannot_be_read_does_not_hide_what_is_found_in_others(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """And of a shard that fails in the middle, what was read before counts."""
    broken = Broken(answered("ThrottlingException"))
    queues = broken.tables.queues

    def pages(index: object, shard: str, *_: object) -> Iterator[Any]:
        yield queues(f"user {shard}")
        if shard == "3":
            raise ValueError
        yield queues(f"another {shard}")

    found = broken.store.sweep_index
    for index in ("looks", "working", "expiring"):
        monkeypatch.setattr(type(getattr(queues, index)), "query", pages)
    for look in (found.due, found.with_expired_sessions):
        user_ids = look(1)

        assert len(user_ids) == 2 * LEAST_SHARDS - 1
        assert "another 3" not in user_ids
    assert [record.levelname for record in caplog.records] == ["ERROR"] * 3
