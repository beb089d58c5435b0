"""Gives roles to users. It needs write access to the stack's tables; there is no administrator by default."""

from dataclasses import dataclass
from typing import Any

from chalicelib.core.identity.account import folded
from infra.audit import note
from infra.errors import DeployError


@dataclass(frozen=True)
class Tables:
    """Names of the tables."""

    accounts: str
    audit: str


def give(dynamodb: Any, tables: Tables, username: str, role: str) -> str:
    """Gives the user the role and returns a sentence about it.

    Raises DeployError if there is no such user, or if the name is another user's by the time of the write:
    the audit log would have noted somebody else.
    """
    name = folded(username)
    key = {"username": {"S": name}}
    account = name and dynamodb.get_item(TableName=tables.accounts, Key=key, ConsistentRead=True).get("Item")
    if not account:
        raise DeployError(f"There is no user {username!r}. Sign up first, then try again.")
    note(dynamodb, tables.audit, f"give role {role}", name, account["user_id"]["S"])
    try:
        dynamodb.update_item(
            TableName=tables.accounts,
            Key=key,
            UpdateExpression="SET #role = :role",
            ConditionExpression="user_id = :seen",
            ExpressionAttributeNames={"#role": "role"},
            ExpressionAttributeValues={":role": {"S": role}, ":seen": account["user_id"]},
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        raise DeployError(f"The account of {name} was deleted meanwhile. Run the command again.") from None
    return f"{name} has the role {role} now. It takes effect at the next sign-in."
