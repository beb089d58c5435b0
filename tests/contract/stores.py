"""Stores to try: in memory, and in DynamoDB with the tables as they are deployed."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from secrets import token_hex
from typing import Any, Protocol

import boto3

from chalicelib.adapters.dynamodb.accounts import DynamoAccounts
from chalicelib.adapters.dynamodb.audit import DynamoAudit
from chalicelib.adapters.dynamodb.services import DynamoServices
from chalicelib.adapters.dynamodb.sessions import DynamoSessions
from chalicelib.adapters.dynamodb.store import DynamoStore
from chalicelib.adapters.dynamodb.tables import TableNames, Tables
from chalicelib.adapters.dynamodb.tries import DynamoTryCounts
from chalicelib.adapters.memory.store import MemoryStore
from chalicelib.core.identity.ports import Accounts, AuditTrail, ServiceStore, SessionStore, TryCounts
from chalicelib.core.queueing.ports import Store
from chalicelib.core.queueing.waits import WaitSlots
from infra import template
from tests.fakes.accounts import FakeAccounts, FakeAudit, FakeServices, FakeSessions, FakeTryCounts
from tests.infra.documents import shape_of

LIMIT = 5


class SessionsAndWaits(SessionStore, WaitSlots, Protocol):
    """One table holds both."""


@dataclass(frozen=True, slots=True)
class Stores:
    queueing: Store
    accounts: Accounts
    sessions: SessionsAndWaits
    tries: TryCounts
    audit: AuditTrail
    services: ServiceStore


def memory_stores() -> Stores:
    return Stores(
        MemoryStore(LIMIT), FakeAccounts(), FakeSessions(), FakeTryCounts(), FakeAudit(), FakeServices()
    )


def dynamo_stores() -> Stores:
    tables = Tables(created_tables(), has_type_index=True)
    return Stores(
        DynamoStore(tables, LIMIT),
        DynamoAccounts(tables),
        DynamoSessions(tables),
        DynamoTryCounts(tables),
        DynamoAudit(tables),
        DynamoServices(tables),
    )


def created_tables() -> TableNames:
    """Tables of one's own, for as many stores as there are processes."""
    names = {field.name: f"{field.name}-{token_hex(4)}" for field in fields(TableNames)}
    client = boto3.client("dynamodb")
    for kind, name in names.items():
        _create(client, f"{kind.capitalize()}Table", name)
    return TableNames(**names)


def _create(client: Any, logical_id: str, name: str) -> None:
    create_table(client, template.load()["Resources"][logical_id]["Properties"], name)


def create_table(client: Any, properties: Mapping[str, Any], name: str) -> None:
    """With the keys and indexes of these properties, also the optional ones. They are CloudFormation's."""
    client.create_table(TableName=name, BillingMode="PAY_PER_REQUEST", **shape_of(properties))
    client.get_waiter("table_exists").wait(TableName=name)
