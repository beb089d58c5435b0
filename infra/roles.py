"""Roles are given by whoever may write the stack's tables; there is no administrator by default."""

import secrets
import time
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from infra.errors import DeployError

OPERATOR = "(operator)"  # no username: those have no parentheses


@dataclass(frozen=True)
class Tables:
    accounts: str
    audit: str


def give(dynamodb: Any, tables: Tables, username: str, role: str) -> str:
    """A sentence about what is so now. Raises DeployError if there is no such user."""
    name = unicodedata.normalize("NFKC", username).casefold()
    _note(dynamodb, tables.audit, f"give role {role}", name)
    try:
        dynamodb.update_item(
            TableName=tables.accounts,
            Key={"username": {"S": name}},
            UpdateExpression="SET #role = :role",
            ConditionExpression="attribute_exists(username)",
            ExpressionAttributeNames={"#role": "role"},
            ExpressionAttributeValues={":role": {"S": role}},
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        raise DeployError(f"There is no user {username!r}. Sign up first, then try again.") from None
    return f"{name} has the role {role} now. It counts from the next sign-in on."


def _note(dynamodb: Any, table: str, action: str, subject: str) -> None:
    now = time.time_ns() // 1_000_000
    entry = {
        "month": {"S": datetime.fromtimestamp(now / 1000, UTC).strftime("%Y-%m")},
        "entry_id": {"S": f"{now:015d}-{secrets.token_hex(4)}"},
        "at": {"N": str(now)},
        "actor": {"S": OPERATOR},
        "action": {"S": action},
        "subject": {"S": subject},
    }
    dynamodb.put_item(TableName=table, Item=entry)
