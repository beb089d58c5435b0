"""A store on DynamoDB Local that counts the units that its calls consume."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

import boto3
import pytest

from chalicelib.adapters.dynamodb.store import DynamoStore
from chalicelib.adapters.dynamodb.tables import TableNames, Tables
from infra import template
from local_cloud.emulator import Emulator
from tests.contract.conftest import AWS
from tests.contract.stores import create_table
from tests.contract.users import User
from tests.infra.consumed import Meter


@dataclass(frozen=True, slots=True)
class Metered:
    user: User
    tables: Tables
    meter: Meter

    def units(self, write: Any, *arguments: Any) -> float:
        self.meter.read()
        write(*arguments)
        return self.meter.read()[0]


@contextmanager
def metered_store(emulator: Emulator, *, limit: int, has_type_index: bool = False) -> Iterator[Metered]:
    """With tables of its own, and a user who is signed in."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in AWS.items():
            patch.setenv(name, value)
        names = TableNames(*(f"{kind}-{token_hex(4)}" for kind in ("queues", "requests")))
        client = boto3.client("dynamodb", endpoint_url=emulator.dynamodb_url)
        resources = template.load()["Resources"]
        for kind, name in (("Queues", names.queues), ("Requests", names.requests)):
            create_table(client, resources[f"{kind}Table"]["Properties"], name)
        tables = Tables(names, host=emulator.dynamodb_url, has_type_index=has_type_index)
        user = User(DynamoStore(tables, limit=limit))
        user.sign_in()
        yield Metered(user, tables, Meter(tables))
