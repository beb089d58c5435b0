"""The queue item stays under 1 KB: every write of it is one unit, and its format costs nothing."""

from typing import Any

import pytest
from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.adapters.dynamodb.format import FORMAT
from chalicelib.adapters.dynamodb.identity_models import (
    AccountItem,
    AuditItem,
    SessionItem,
)
from chalicelib.adapters.dynamodb.models import (
    KeyItem,
    QueueItem,
    RequestItem,
)
from chalicelib.core.identity.session import MOST_SESSIONS, new_session_id
from chalicelib.core.queueing.queue import MESSAGE_BYTES, PausedBy
from chalicelib.core.time import Millis

UNIT = 1024  # bytes that one write unit takes
LARGEST = 10**12 - 1  # number of a request: the most that a user can send, 300 a second, for a century
FINGERPRINT = 16  # characters of CODE_FINGERPRINT
LATEST: Millis = 9_999_999_999_999
MOMENTS = ("held_since", "awake", "look_at", "tail_at", "moved_at", "barred", "leaving", "sessions_until")
NUMBERS = {  # the largest values of the attributes that do not count requests
    **dict.fromkeys(MOMENTS, LATEST),
    **dict.fromkeys(("limit", "room"), 1_000_000),
    "item_format": FORMAT,
    "departed": 1,
    "arrival": 1000 * LATEST,
}
PACED = {"x" * 32: LATEST}  # a type with a rate, for which a request waits
LONGEST = {
    "user_id": 32,
    "username": 64,
    "paused_by": len(max(PausedBy, key=len)),
    "read_token": 32,
    "state": 8,
    "held_kind": len("invalid_payload"),
    "held_message": MESSAGE_BYTES,
    "held_by": FINGERPRINT,
    **dict.fromkeys(("shard", "open"), len("255")),
    "calls": len('["a1b2c3",9999,1764399600,1764399600,4294967295,599,1]'),
}


def largest_queue_item(sessions: int, paced: dict[str, Millis]) -> QueueItem:
    """Every attribute, with the largest value that it may have."""
    values: dict[str, Any] = {"sessions": {new_session_id(): LATEST for _ in range(sessions)}, "paced": paced}
    for name, attribute in QueueItem.get_attributes().items():
        if isinstance(attribute, NumberAttribute):
            values[name] = NUMBERS.get(name, LARGEST)
        elif isinstance(attribute, UnicodeAttribute):
            values[name] = "x" * LONGEST.get(name, 1)
    return QueueItem(**values)


def size(value: dict[str, Any]) -> int:
    """Of one value in the item, in bytes, as DynamoDB counts."""
    [(kind, content)] = value.items()
    if kind == "N":
        return (len(content.strip("-")) + 1) // 2 + 1
    if kind == "M":
        return 3 + sum(1 + len(key) + size(inner) for key, inner in content.items())
    return len(content.encode())


@pytest.mark.parametrize(("sessions", "paced"), [(MOST_SESSIONS + 1, {}), (MOST_SESSIONS - 1, PACED)])
def test_the_largest_queue_item_is_one_write_unit(sessions: int, paced: dict[str, Millis]) -> None:
    item = largest_queue_item(sessions, paced).serialize()

    assert item["v"]
    assert item.keys() == {attribute.attr_name for attribute in QueueItem.get_attributes().values()}
    del item["work"]  # whatever sets a shard removes it
    assert sum(len(name) + size(value) for name, value in item.items()) < UNIT


def test_every_item_that_is_created_gets_its_format_unless_it_only_counts() -> None:
    versioned = [QueueItem, RequestItem, KeyItem, AccountItem, SessionItem, AuditItem]

    assert {model.item_format.default_for_new for model in versioned} == {FORMAT}
