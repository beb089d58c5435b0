"""Gives roles to users. It needs write access to the stack's tables; there is no administrator by default."""

import secrets
import time
from dataclasses import dataclass
from typing import Any

from chalicelib.adapters.dynamodb.format import FORMAT
from chalicelib.core.identity.account import folded
from chalicelib.core.identity.audit import month_of
from infra.errors import DeployError

OPERATOR = "(operator)"  # not a username, since those have no parentheses


@dataclass(frozen=True)
class Tables:
    """Names of the tables."""

    accounts: str
    audit: str


def give(dynamodb: Any, tables: Tables, username: str, role: str) -> str:
    """Gives the user the role and returns a sentence about it.

    Raises DeployError if there is no such user.
    """
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
    return f"{name} has the role {role} now. It takes effect at the next sign-in."


def _note(dynamodb: Any, table: str, action: str, subject: str) -> None:
    """Writes the action to the audit log before it is done, as chalicelib does."""
    now = time.time_ns() // 1_000_000
    entry = {
        "month": {"S": month_of(now)},
        "entry_id": {"S": f"{now:015d}-{secrets.token_hex(4)}"},
        "at": {"N": str(now)},
        "actor": {"S": OPERATOR},
        "action": {"S": action},
        "subject": {"S": subject},
        "v": {"N": str(FORMAT)},
    }
    dynamodb.put_item(TableName=table, Item=entry)
