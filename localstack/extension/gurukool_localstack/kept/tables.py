"""What LocalStack knows about DynamoDB's tables and DynamoDB Local does not: time to live, tags, backups."""

from typing import Any

from localstack.services.dynamodb.models import dynamodb_stores

NAME = "tables"
SERVICE = "dynamodb"

_ATTRIBUTES = ("TABLE_REGION", "TABLE_TAGS", "table_definitions", "table_properties", "ttl_specifications")
_CHANGING = (
    "CreateTable",
    "DeleteTable",
    "TagResource",
    "UntagResource",
    "UpdateContinuousBackups",
    "UpdateTable",
    "UpdateTimeToLive",
)


def changes(operation: str) -> bool:
    return operation in _CHANGING


def dump() -> Any:
    return [
        [account, region, {name: getattr(store, name) for name in _ATTRIBUTES}]
        for account, regions in list(dynamodb_stores.items())
        for region, store in list(regions.items())
    ]


def load(kept: Any) -> None:
    for account, region, attributes in kept:
        store = dynamodb_stores[account][region]
        for name, entries in attributes.items():
            getattr(store, name).update(entries)
