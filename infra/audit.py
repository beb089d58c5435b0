"""Entries in the audit log of what operators do with a stack's tables."""

import time
from typing import Any

from chalicelib.adapters.dynamodb.format import FORMAT
from chalicelib.core.identity.audit import month_of, new_entry_id

OPERATOR = "(operator)"  # not a username, since those have no parentheses


def note(dynamodb: Any, table: str, action: str, subject: str, subject_id: str = "") -> None:
    """Writes the action to the audit log before it is done, as chalicelib does."""
    now = time.time_ns() // 1_000_000
    entry = {
        "month": {"S": month_of(now)},
        "entry_id": {"S": new_entry_id(now)},
        "at": {"N": str(now)},
        "actor": {"S": OPERATOR},
        "action": {"S": action},
        "subject": {"S": subject},
        "v": {"N": str(FORMAT)},
    }
    if subject_id:
        entry["subject_id"] = {"S": subject_id}
    dynamodb.put_item(TableName=table, Item=entry)
