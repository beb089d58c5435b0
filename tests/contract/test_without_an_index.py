"""A table without indexes of requests: while a deployment makes or removes them, or in an old local cloud."""

from dataclasses import fields
from secrets import token_hex
from typing import Any

import boto3
import pytest

from chalicelib.adapters.dynamodb.store import DynamoStore
from chalicelib.adapters.dynamodb.tables import TableNames, Tables
from chalicelib.core.queueing.matching import Match
from chalicelib.core.queueing.request import Status
from infra import template
from tests.contract.backends import EMULATOR, MOTO
from tests.contract.stores import create_table
from tests.contract.users import LATER, User


def without_indexes(properties: dict[str, Any]) -> dict[str, Any]:
    names = properties["AttributeDefinitions"]
    kept = [name for name in names if name.get("AttributeName") in {"user_id", "seq"}]
    return {"AttributeDefinitions": kept, "KeySchema": properties["KeySchema"]}


@pytest.fixture
def user(backend: str) -> User:
    names = TableNames(**{field.name: f"{field.name}-{token_hex(4)}" for field in fields(TableNames)})
    client, resources = boto3.client("dynamodb"), template.load()["Resources"]
    create_table(client, resources["QueuesTable"]["Properties"], names.queues)
    create_table(client, without_indexes(resources["RequestsTable"]["Properties"]), names.requests)
    user = User(DynamoStore(Tables(names, has_type_index=True), limit=5))
    user.sign_in()
    return user


@pytest.mark.parametrize("backend", [MOTO, EMULATOR], indirect=True)
@pytest.mark.parametrize(
    "match", [Match(Status.CANCELLED), Match(type="echo"), Match(Status.CANCELLED, "echo")]
)
def test_the_range_is_read_instead(user: User, match: Match) -> None:
    user.send(2)
    user.store.requests.cancel(user.written(1), LATER)
    user.store.requests.cancel(user.written(2), LATER)

    found = user.store.requests.list_indexed(user.id, 0, 2, 1, match)

    assert ([request.seq for request in found.requests], found.at) == ([1], 1)
