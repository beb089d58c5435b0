"""Makes sign-in links, also for administrators. It needs write access to the stack's tables."""

import time
from dataclasses import dataclass
from typing import Any

from chalicelib.core.identity.account import folded
from chalicelib.core.identity.sign_in_links import LinkToken
from infra.audit import note
from infra.errors import DeployError

LONGEST_MINUTES = 24 * 60


@dataclass(frozen=True)
class Tables:
    """Names of the tables."""

    accounts: str
    audit: str


def make(dynamodb: Any, tables: Tables, api_url: str, username: str, minutes: int) -> str:
    """Makes a link and returns what to tell its operator: the link, and what it is for.

    Raises DeployError if there is no such user, or if the account is disabled.
    """
    if not 1 <= minutes <= LONGEST_MINUTES:
        raise DeployError(f"A link lives for 1 to {LONGEST_MINUTES} minutes.")
    name = folded(username)
    key = {"username": {"S": name}}
    account = name and dynamodb.get_item(TableName=tables.accounts, Key=key, ConsistentRead=True).get("Item")
    if not account:
        raise DeployError(f"There is no user {username!r}.")
    if "disabled" in account:
        raise DeployError(f"The account of {name} is disabled. Enable it first.")
    note(dynamodb, tables.audit, "make sign-in link", name, account["user_id"]["S"])
    token, expires_at = LinkToken.new(name), time.time_ns() // 1_000_000 + minutes * 60_000
    seen, role = account["password_hash"]["S"], account["role"]["S"]
    dynamodb.update_item(
        TableName=tables.accounts,
        Key=key,
        UpdateExpression="SET link_hash = :hash, link_expires_at = :expires_at",
        ConditionExpression="password_hash = :seen AND attribute_not_exists(disabled)",
        ExpressionAttributeValues={
            ":hash": {"S": token.link(seen, role, expires_at).hash},
            ":expires_at": {"N": str(expires_at)},
            ":seen": {"S": seen},
        },
    )
    return (
        f"{api_url}#sign-in={token}\n"
        f"With this link, shown this once, {name} sets a new password within {minutes} minutes."
    )
