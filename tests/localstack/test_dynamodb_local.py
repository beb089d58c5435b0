"""Amazon's DynamoDB Local behind the emulator, and straight."""

import json
import time
import urllib.request
import uuid
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from local_cloud.emulator import Emulator
from local_cloud.ports import HOST
from tests.localstack.listeners import listening_addresses


@pytest.fixture(scope="module")
def table(emulator: Emulator) -> Iterator[str]:
    client = emulator.client("dynamodb")
    name = f"test-{uuid.uuid4().hex[:12]}"
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    yield name
    client.delete_table(TableName=name)


@pytest.fixture(params=["through LocalStack", "straight"])
def client(request: pytest.FixtureRequest, emulator: Emulator) -> Any:
    if request.param == "straight":
        return straight(emulator, "SOMEBODYELSE", "eu-west-1")
    return emulator.client("dynamodb")


def straight(emulator: Emulator, key: str, region: str) -> Any:
    return boto3.client(
        "dynamodb",
        endpoint_url=emulator.dynamodb_url,
        region_name=region,
        aws_access_key_id=key,
        aws_secret_access_key="none",
    )


def put(table: str, name: str, **condition: Any) -> dict[str, Any]:
    return {"Put": {"TableName": table, "Item": {"id": {"S": name}}, **condition}}


def test_it_can_be_reached_from_this_machine_only(emulator: Emulator) -> None:
    assert listening_addresses(emulator.ports.dynamodb) == {HOST}


def test_what_it_unpacks_is_gone_with_the_stack(emulator: Emulator) -> None:
    """It is a megabyte at each start, and DynamoDB Local leaves it behind."""
    unpacked = list((emulator.state / "tmp").glob("*libsqlite4java.so"))

    assert len(unpacked) == 1


def test_both_ways_lead_to_the_same_data(emulator: Emulator, table: str) -> None:
    emulator.client("dynamodb").put_item(TableName=table, Item={"id": {"S": "one"}})
    found = straight(emulator, "anybody", "us-east-1").get_item(TableName=table, Key={"id": {"S": "one"}})
    assert found["Item"] == {"id": {"S": "one"}}


def test_a_transaction_is_written_as_a_whole(client: Any, table: str) -> None:
    names = [uuid.uuid4().hex for _ in range(3)]
    client.transact_write_items(TransactItems=[put(table, name) for name in names])
    for name in names:
        assert "Item" in client.get_item(TableName=table, Key={"id": {"S": name}})


def test_a_transaction_that_fails_writes_nothing_and_says_why(client: Any, table: str) -> None:
    old, new = uuid.uuid4().hex, uuid.uuid4().hex
    client.put_item(TableName=table, Item={"id": {"S": old}})
    condition = {
        "ConditionExpression": "attribute_not_exists(id)",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    with pytest.raises(client.exceptions.TransactionCanceledException) as failure:
        client.transact_write_items(TransactItems=[put(table, new), put(table, old, **condition)])
    reasons = failure.value.response["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["None", "ConditionalCheckFailed"]
    assert reasons[1]["Item"] == {"id": {"S": old}}
    assert "Item" not in client.get_item(TableName=table, Key={"id": {"S": new}})


def test_items_are_deleted_when_their_time_has_passed(emulator: Emulator, table: str) -> None:
    """Once a minute, and here on demand. What expired more than five years ago stays, as on AWS."""
    client, now = emulator.client("dynamodb"), int(time.time())
    client.update_time_to_live(
        TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"}
    )
    untils = {
        "past": {"N": str(now - 1)},
        "future": {"N": str(now + 600)},
        "forgotten": {"N": "1"},
        "text": {"S": str(now - 1)},
        "none": None,
    }
    for name, until in untils.items():
        client.put_item(TableName=table, Item={"id": {"S": name}, **({"until": until} if until else {})})

    request = urllib.request.Request(f"{emulator.edge_url}/_aws/dynamodb/expired", method="DELETE")
    with urllib.request.urlopen(request) as answer:
        assert json.load(answer) == {"ExpiredItems": 1}

    left = [name for name in untils if "Item" in client.get_item(TableName=table, Key={"id": {"S": name}})]
    assert left == ["future", "forgotten", "text", "none"]
