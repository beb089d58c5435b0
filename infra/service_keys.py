"""Makes and revokes keys of services. It needs write access to the stack's tables."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.adapters.dynamodb.services import item_of
from chalicelib.core.identity.audit import MAKE_KEY, REVOKE_KEY
from chalicelib.core.identity.scopes import FORM
from chalicelib.core.identity.service_keys import MOST_KEYS, TOO_MANY
from chalicelib.core.identity.services import LONGEST_DAYS, MOST_AT_ONCE, MOST_SCOPES, NAME, Key, Service
from chalicelib.core.identity.session import DAY_MS
from chalicelib.core.rates import Bucket, Rate
from infra.audit import OPERATOR, note
from infra.errors import DeployError

EXAMPLE = "enqueue:*, enqueue:<type>, read, dequeue, control, tokens"


@dataclass(frozen=True)
class Tables:
    """Names of the tables."""

    services: str
    audit: str


def make(
    dynamodb: Any,
    tables: Tables,
    name: str,
    scopes: Sequence[str],
    days: int | None,
    *,
    bucket: Bucket | None = None,
) -> str:
    """Makes a key and returns what to tell its operator: the key, and what it is for.

    Raises DeployError if the API would not make such a key, either.
    """
    _require_fit(name, scopes, days)
    if _count(dynamodb, tables.services) >= MOST_KEYS:
        raise DeployError(TOO_MANY)
    key, now, given = Key.new(), time.time_ns() // 1_000_000, " ".join(sorted(set(scopes)))
    note(dynamodb, tables.audit, f"{MAKE_KEY}: {given}", name, key.key_id)
    until = None if days is None else now + days * DAY_MS
    service = Service(key.key_id, name, key.hash, frozenset(scopes), now, OPERATOR, until, bucket=bucket)
    dynamodb.put_item(TableName=tables.services, Item=item_of(service).serialize())
    ends = "does not expire" if days is None else f"expires in {days} day{'s' if days > 1 else ''}"
    sends = f" It sends at most {bucket.rate}, after {bucket.burst} at once." if bucket else ""
    return f"{key}\nThe key of {name}, shown this once. It has the scopes {given} and {ends}.{sends}"


def _require_fit(name: str, scopes: Sequence[str], days: int | None) -> None:
    if not NAME.fullmatch(name):
        raise DeployError(
            f"{name!r} is no name of a service: use letters, digits, dots, hyphens, underscores."
        )
    if wrong := [scope for scope in scopes if not FORM.fullmatch(scope)]:
        raise DeployError(f"There is no scope {wrong[0]!r}. Scopes are {EXAMPLE}.")
    if len(scopes) > MOST_SCOPES:
        raise DeployError(f"A key has at most {MOST_SCOPES} scopes.")
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        raise DeployError(f"A key lives for 1 to {LONGEST_DAYS} days, or for ever if no days are given.")


def _count(dynamodb: Any, table: str) -> int:
    pages = dynamodb.get_paginator("scan").paginate(TableName=table, Select="COUNT", ConsistentRead=True)
    return sum(page["Count"] for page in pages)


def bucket_of(rate: str | None, burst: int) -> Bucket | None:
    """None without a rate. Raises DeployError."""
    if rate is None:
        return None
    if not 1 <= burst <= MOST_AT_ONCE:
        raise DeployError(f"With a rate, a key sends 1 to {MOST_AT_ONCE} requests at once, not {burst}.")
    try:
        return Bucket(Rate.parse(rate), burst)
    except ValueError as error:
        raise DeployError(f"{error}.") from None


def revoke(dynamodb: Any, tables: Tables, key_id: str) -> str:
    """Revokes a key and returns a sentence about it. Raises DeployError if there is no such key."""
    place = {"key_id": {"S": key_id}}
    found = dynamodb.get_item(TableName=tables.services, Key=place).get("Item") if key_id else None
    if not found:
        raise DeployError(f"There is no key {key_id!r}. GET /api/admin/keys lists them.")
    note(dynamodb, tables.audit, REVOKE_KEY, found["name"]["S"], key_id)
    dynamodb.delete_item(TableName=tables.services, Key=place)
    return f"Key {key_id} is refused everywhere within 5 seconds."
