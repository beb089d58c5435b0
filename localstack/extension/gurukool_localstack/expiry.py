"""Deletes items whose time to live has passed, within a minute or so. On AWS it takes up to some days.

LocalStack can do so once an hour, reads the first page of a table only, and deletes an item although its time
was changed after it was read.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
"""

import logging
import threading
import time
from collections.abc import Iterator
from typing import Any

from localstack.aws.connect import connect_to
from localstack.services.dynamodb.models import dynamodb_stores
from localstack.services.dynamodb.v2 import provider

LOG = logging.getLogger(__name__)

_PERIOD_SECONDS = 60
_SHARE = 0.01  # of the time that looking for them may take
_FORGOTTEN_SECONDS = 5 * 365 * 86_400  # DynamoDB does not delete what expired earlier


def install() -> None:
    provider.delete_expired_items = delete_expired_items  # for DELETE /_aws/dynamodb/expired, too
    threading.Thread(target=_run, name="expiry", daemon=True).start()


def delete_expired_items() -> int:
    """Deletes the expired items of all tables and returns how many those were."""
    return sum(_delete_of(client, table, name) for client, table, name in list(_tables()))


def _run() -> None:
    pause = float(_PERIOD_SECONDS)
    while True:
        time.sleep(pause)
        began = time.monotonic()
        try:
            delete_expired_items()
        except Exception:  # such as a table that is made meanwhile; the next time is soon
            LOG.warning("Items whose time to live has passed were not deleted.", exc_info=True)
        pause = max(_PERIOD_SECONDS, (time.monotonic() - began) / _SHARE)


def _tables() -> Iterator[tuple[Any, str, str]]:
    """A client, a table's name and the attribute that has the time, for each table that has one."""
    for account, region, store in dynamodb_stores.iter_stores():
        client = connect_to(aws_access_key_id=account, region_name=region).dynamodb
        for table, specification in list(store.ttl_specifications.items()):
            if specification.get("Enabled"):
                yield client, table, specification["AttributeName"]


def _delete_of(client: Any, table: str, attribute: str) -> int:
    try:
        schema = client.describe_table(TableName=table)["Table"]["KeySchema"]
        keys = [key["AttributeName"] for key in schema]
        return sum(
            _delete(client, table, attribute, keys, item) for item in _expired(client, table, attribute)
        )
    except Exception as error:  # noqa: BLE001  (a table may be deleted meanwhile; the others go on)
        LOG.info("The expired items of %s could not be deleted: %s", table, error)
        return 0


def _expired(client: Any, table: str, attribute: str) -> Iterator[dict[str, Any]]:
    now = int(time.time())
    pages = client.get_paginator("scan").paginate(
        TableName=table,
        FilterExpression="#time BETWEEN :earliest AND :now",
        ExpressionAttributeNames={"#time": attribute},
        ExpressionAttributeValues={
            ":earliest": {"N": str(now - _FORGOTTEN_SECONDS)},
            ":now": {"N": str(now)},
        },
    )
    for page in pages:
        yield from page["Items"]


def _delete(client: Any, table: str, attribute: str, keys: list[str], item: dict[str, Any]) -> bool:
    """Deletes the item unless its time has changed."""
    try:
        client.delete_item(
            TableName=table,
            Key={name: item[name] for name in keys},
            ConditionExpression="#time = :read",
            ExpressionAttributeNames={"#time": attribute},
            ExpressionAttributeValues={":read": item[attribute]},
        )
    except client.exceptions.ConditionalCheckFailedException:
        return False
    return True
