"""Roles are given by whoever may write the stack's tables; there is no administrator by default."""

import secrets
import time
from dataclasses import dataclass
from typing import Any

from chalicelib.core.identity.account import folded
from chalicelib.core.identity.audit import month_of
from infra.errors import DeployError

OPERATOR = "(operator)"  # no username: those have no parentheses


@dataclass(frozen=True)
class Tables:
    accounts: str
    audit: str


def give(dynamodb: Any, tables: Tables, username: str, role: str) -> str:
    """A sentence about what is so now. Raises DeployError if there is no such user."""
    name = folded(username)
    key = {"username": {"S": name}}
    if not name or "Item" not in dynamodb.get_item(TableName=tables.accounts, Key=key):
        raise DeployError(f"There is no user {username!r}. Sign up first, then try again.")
    _note(dynamodb, tables.audit, f"give role {role}", name)
    dynamodb.update_item(
        TableName=tables.accounts,
        Key=key,
        UpdateExpression="SET #role = :role",
        ConditionExpression="attribute_exists(username)",
        ExpressionAttributeNames={"#role": "role"},
        ExpressionAttributeValues={":role": {"S": role}},
    )
    return f"{name} has the role {role} now. It counts from the next sign-in on."


def _note(dynamodb: Any, table: str, action: str, subject: str) -> None:
    """Before it is done, as chalicelib does."""
    now = time.time_ns() // 1_000_000
    entry = {
        "month": {"S": month_of(now)},
        "entry_id": {"S": f"{now:015d}-{secrets.token_hex(4)}"},
        "at": {"N": str(now)},
        "actor": {"S": OPERATOR},
        "action": {"S": action},
        "subject": {"S": subject},
    }
    dynamodb.put_item(TableName=table, Item=entry)
