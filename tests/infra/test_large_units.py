"""What a request with a large payload costs in write units.

moto does not tell how many units a call consumed. They are computed here, as DynamoDB's documentation says: a
unit for each KB or part of it, of the item before or after the write, whichever is larger. The index is left
out: only the first request after a minute's rest writes it, one unit, to mark the queue.
"""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.infra.caller import PASSWORD, Caller
from tests.infra.cloud import Cloud, still_clock
from tests.infra.documents import Document
from tests.unit.test_item_sizes import UNIT, size

PAYLOAD = 128 * 1024 - len('{"text": ""}')  # the largest that is accepted
MOST = 135  # write units for such a request in all, from issue 13
KEYS = {"QueuesTable": ("user_id",), "RequestsTable": ("user_id", "seq")}
WRITES = {"PutItem", "UpdateItem"}


class Units:
    """Of each write of queues and requests: the table, the call, the number if any, and the units."""

    def __init__(self) -> None:
        self.writes: list[tuple[str, str, int, int]] = []
        self._dynamodb = boto3.client("dynamodb")
        self._last: tuple[str, str, Any, int] | None = None

    def watch(self, cloud: Cloud) -> None:
        client = cloud.container.adapters.tables.connection.client
        client.meta.events.register("before-parameter-build", self)

    def __call__(self, params: Any, model: Any, **_: Any) -> None:
        self.settle()
        table = params.get("TableName")
        assert model.name not in {"BatchWriteItem", "TransactWriteItems"}
        if model.name in WRITES and table in KEYS:
            from_ = params.get("Key") or params["Item"]
            key = {name: from_[name] for name in KEYS[table]}
            self._last = table, model.name, key, self._size(table, key)

    def settle(self) -> None:
        """Count the last write, now that it was made."""
        if self._last:
            table, call, key, before = self._last
            units = -(-max(before, self._size(table, key)) // UNIT)
            self.writes.append((table, call, int(key.get("seq", {"N": "0"})["N"]), units))
        self._last = None

    def _size(self, table: str, key: Any) -> int:
        item = self._dynamodb.get_item(TableName=table, Key=key).get("Item", {})
        return sum(len(name) + size(value) for name, value in item.items())


@pytest.fixture
def cloud(template: Document) -> Iterator[Cloud]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        yield Cloud(template, patch)


def written(cloud: Cloud, text: str) -> list[tuple[str, str, int, int]]:
    """By an echo of a new user, from the call that sends it to the call that dequeues its outcome."""
    units, caller = Units(), Caller(cloud, idempotency_key=None)
    cloud.become("APIHandler")
    name = f"user-{len(text)}"
    caller.call("POST", "/api/auth/register", {"username": name, "password": PASSWORD})
    caller.sign_in(name)
    units.watch(cloud)
    caller.call("POST", "/api/queue/enqueue", {"type": "echo", "payload": {"text": text}})
    cloud.become("Worker", still_clock())
    units.watch(cloud)
    cloud.deliver(cloud.functions.worker, "WakeUps")
    cloud.become("APIHandler")
    units.watch(cloud)
    outcome = caller.call("GET", "/api/queue/dequeue")
    units.settle()
    assert outcome["result"] == {"text": text}
    return units.writes


def test_a_large_payload_costs_its_size_once_and_no_status_more(cloud: Cloud) -> None:
    """The echo's result is as large as its payload, and costs its size once more."""
    small, large = written(cloud, "x"), written(cloud, "x" * PAYLOAD)

    texts = [write for write in large if write[2] < 0]
    assert [write for write in large if write[2] >= 0] == small
    assert [(call, seq, units) for _, call, seq, units in texts] == [
        ("PutItem", -1_000_000_000, 129),
        ("PutItem", -1_000_000_001, 129),
    ]
    in_all = sum(units for *_, units in small) + texts[0][-1]
    assert in_all <= MOST
    assert {units for *_, units in small} == {1}
