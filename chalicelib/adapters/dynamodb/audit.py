"""The audit log: entries are added, each once, and read. No function may remove one.

IAM cannot forbid that PutItem replaces an item: the condition here keeps entries as they are. If other code
did without it, an entry would differ from its log line, which the functions may add and not change.
"""

from collections.abc import Sequence
from contextlib import suppress

from chalicelib.adapters.dynamodb.errors import translated
from chalicelib.adapters.dynamodb.identity_models import About, AuditItem
from chalicelib.adapters.dynamodb.tables import Tables
from chalicelib.core.errors import LostRaceError
from chalicelib.core.identity.audit import Entry
from chalicelib.core.identity.session import DAY_MS


class DynamoAudit:
    def __init__(self, tables: Tables, retention_days: int = 0) -> None:
        """`retention_days`: how long what is added from now on is kept; 0: for ever."""
        self._audit = tables.audit
        self._kept_ms = retention_days * DAY_MS

    def add(self, entry: Entry) -> None:
        item = item_of(entry, self._audit)
        item.expires_at = (entry.at + self._kept_ms) // 1000 if self._kept_ms else None
        with suppress(LostRaceError), translated():
            item.save(condition=self._audit.month.does_not_exist())

    def page(self, month: str, before: str | None, limit: int) -> Sequence[Entry]:
        earlier = None if before is None else self._audit.entry_id < before
        with translated():
            found = self._audit.query(month, earlier, scan_index_forward=False, limit=limit)
            return [to_entry(item) for item in found]

    def page_about(self, user_id: str, before: str | None, limit: int) -> Sequence[Entry]:
        earlier = None if before is None else About.entry_id < before
        with translated():
            found = self._audit.about.query(user_id, earlier, scan_index_forward=False, limit=limit)
            return [to_entry(item) for item in found]


def item_of(entry: Entry, model: type[AuditItem] = AuditItem) -> AuditItem:
    """Without the model of a deployment's table, it can only be serialized."""
    return model(
        month=entry.month,
        entry_id=entry.entry_id,
        at=entry.at,
        actor=entry.actor,
        action=entry.action,
        subject=entry.subject,
        actor_id=entry.actor_id,
        subject_id=entry.subject_id or None,  # no key of an index may be empty
    )


def to_entry(item: AuditItem) -> Entry:
    return Entry(
        item.entry_id,
        int(item.at),
        item.actor,
        item.action,
        item.subject,
        item.actor_id or "",
        item.subject_id or "",
    )
