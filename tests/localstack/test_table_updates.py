"""A template whose table gets an index, and loses it."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from infra.errors import DeployError
from infra.stack import Stack, Wanted
from local_cloud.emulator import Emulator

NAME = f"test-{uuid.uuid4().hex[:12]}"
ITEM = {"id": {"S": "1"}, "colour": {"S": "blue"}, "size": {"S": "large"}}


def template(*indexes: str) -> str:
    """A table with an index for each of these attributes."""
    properties: dict[str, Any] = {
        "TableName": NAME,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": n, "AttributeType": "S"} for n in ("id", *indexes)],
    }
    if indexes:
        properties["GlobalSecondaryIndexes"] = [
            {
                "IndexName": f"by-{name}",
                "KeySchema": [{"AttributeName": name, "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
            for name in indexes
        ]
    table = {"Type": "AWS::DynamoDB::Table", "Properties": properties}
    return json.dumps({"Resources": {"Table": table}})


def found_by(emulator: Emulator, name: str) -> int:
    """How many items the index finds; it was filled with what was in the table before."""
    answer = emulator.client("dynamodb").query(
        TableName=NAME,
        IndexName=f"by-{name}",
        KeyConditionExpression="#name = :value",
        ExpressionAttributeNames={"#name": name},
        ExpressionAttributeValues={":value": ITEM[name]},
    )
    return int(answer["Count"])


def indexes(emulator: Emulator) -> set[str]:
    table = emulator.client("dynamodb").describe_table(TableName=NAME)["Table"]
    return {index["IndexName"] for index in table.get("GlobalSecondaryIndexes", [])}


@pytest.fixture
def update(emulator: Emulator) -> Callable[..., None]:
    """Gives the table these indexes and no others. Raises DeployError."""
    stack = Stack(emulator.client("cloudformation"), NAME, print, pause=lambda: None)
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket=NAME)

    def apply(*indexes: str) -> None:
        s3.put_object(Bucket=NAME, Key="template.json", Body=template(*indexes).encode())
        stack.apply(Wanted(f"{emulator.edge_url}/{NAME}/template.json"))

    return apply


def test_an_update_adds_or_removes_one_index_and_no_more(
    emulator: Emulator, update: Callable[..., None]
) -> None:
    update()
    emulator.client("dynamodb").put_item(TableName=NAME, Item=ITEM)
    for names in (["colour"], ["colour", "size"], ["size"]):
        update(*names)
        assert indexes(emulator) == {f"by-{name}" for name in names}
        assert [found_by(emulator, name) for name in names] == [1] * len(names)

    with pytest.raises(DeployError, match="more than one GSI"):
        update("colour")

    assert indexes(emulator) == {"by-size"}
