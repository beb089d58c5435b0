"""Entries in the audit log of what operators do with a stack's tables."""

import time
from typing import Any

from chalicelib.adapters.dynamodb.audit import item_of
from chalicelib.core.identity.audit import Entry

OPERATOR = "(operator)"  # not a username, since those have no parentheses


def note(dynamodb: Any, table: str, action: str, subject: str, subject_id: str = "") -> None:
    """Writes the action to the audit log before it is done, as chalicelib does."""
    entry = Entry.new(time.time_ns() // 1_000_000, OPERATOR, action, subject, subject_id=subject_id)
    dynamodb.put_item(TableName=table, Item=item_of(entry).serialize())
