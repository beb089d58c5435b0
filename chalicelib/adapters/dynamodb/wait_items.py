"""Slots for waiting of services and of the deployment, in the table of sessions: they expire like those."""

from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib.adapters.dynamodb.errors import translated
from chalicelib.adapters.dynamodb.tables import Tables
from chalicelib.core.time import Millis

KEPT_MS = 3_600_000  # longer than any call waits: no slot expires while it is taken


class WaitsItem(Model):
    """Without a format, like `TriesItem`: whichever call comes first creates it, and it is gone soon.

    Its key has a colon, see access.py: no session's id does.
    """

    waiter = UnicodeAttribute(hash_key=True, attr_name="session_id")
    wait_1 = NumberAttribute(null=True)
    wait_2 = NumberAttribute(null=True)
    expires_at = NumberAttribute()  # seconds


def occupy(tables: Tables, waiter: str, slot: int, until: Millis, now: Millis) -> None:
    """See `WaitSlots.occupy`."""
    m = tables.bind(WaitsItem, tables.sessions.Meta.table_name)
    taken: Any = {1: m.wait_1, 2: m.wait_2}[slot]
    expires_at = (now + KEPT_MS) // 1000
    with translated():
        m(waiter).update(
            actions=[taken.set(until), m.expires_at.set(expires_at)],
            condition=taken.does_not_exist() | (taken <= now),
        )
