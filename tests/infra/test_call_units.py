"""The id of a call that is stored with its request costs no write unit, whatever is stored beside it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from chalicelib.core.queueing.cause import NO_CAUSE, Cause, caused
from chalicelib.core.queueing.entry import Entry
from chalicelib.core.queueing.request import Failure, Follows, Outcome, Request, Status
from tests.contract.stores import dynamo_stores
from tests.contract.users import LATER, NOW, User
from tests.unit.test_item_sizes import UNIT, size

CALL = "5c1e1e6d-9f4f-4b58-a8d7-2c4a3b1f0e9d"
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
BYTES = len("call") + len(CALL)
ORNAMENTS: tuple[dict[str, Any], ...] = (
    {},
    {
        "callback": "https://example.com/" + "x" * 100,
        "key": "k" * 40,
        "not_before": NOW,
        "kept_ms": 3_600_000,
    },
    {"follows": Follows("somebody-else", 7), "batch": 1, "max_attempts": 3, "on_failure": "halt"},
)


@pytest.fixture(scope="module")
def user() -> Iterator[User]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "test")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        user = User(dynamo_stores().queueing)
        user.sign_in()
        yield user


def item(user: User, seq: int) -> dict[str, Any]:
    store: Any = user.store.requests
    key = {"user_id": {"S": user.id}, "seq": {"N": str(seq)}}
    found = boto3.client("dynamodb").get_item(TableName=store._requests.Meta.table_name, Key=key)
    return dict(found["Item"])


def assert_costs_nothing(stored: dict[str, Any]) -> None:
    total = sum(len(name) + size(value) for name, value in stored.items())
    without = total - BYTES if "call" in stored else total
    assert -(-total // UNIT) == -(-without // UNIT), stored


@pytest.mark.parametrize("number", range(len(ORNAMENTS)))
def test_no_write_of_a_request_costs_a_unit_more(user: User, number: int) -> None:
    kept, ornaments = set(), ORNAMENTS[number]
    for length in (*range(10, 900, 60), 1_100):
        seq, text = 10_000 * (number + 1) + length, "x" * length
        request = replace(user.new(seq), payload=f'"{text}"', payload_bytes=length if length > 1_024 else 0)
        user.store.requests.write(caused(replace(request, **ornaments), Cause(CALL)))
        assert_costs_nothing(item(user, seq))
        user.begin(seq)
        assert_costs_nothing(item(user, seq))
        user.store.requests.requeue(user.written(seq), None, Failure("error", text))
        assert_costs_nothing(item(user, seq))
        running = user.begin(seq)
        finished = user.store.requests.finish(running, Outcome(Status.SUCCEEDED, result=text), LATER)
        stored = item(user, seq)
        assert_costs_nothing(stored)
        assert stored.get("call", {}).get("S") == finished.call
        kept.add(finished.call)
    assert kept == {CALL, None}


def test_an_entry_keeps_the_call_and_its_request_gets_it(user: User) -> None:
    entry = Entry(user.id, "0", NOW, "echo", '"x"', NOW)

    assert caused(entry, Cause(CALL, TRACE)).request(1, NOW).call == CALL
    assert caused(entry, Cause(CALL, TRACE)).request(1, NOW).trace == TRACE
    crowded = caused(replace(entry, payload=f'"{"x" * 900}"'), Cause(CALL, TRACE))
    assert (crowded.call, crowded.trace) == (None, TRACE)
    assert caused(entry, NO_CAUSE) is entry


def test_a_request_without_a_call_is_as_it_was() -> None:
    request = Request("ada", 1, "echo", "1", Status.QUEUED, enqueued_at=NOW)

    assert caused(request, NO_CAUSE) is request
