"""Writing an entry in memory, alone or together with an outcome."""

from chalicelib.adapters.memory.tables import MemoryTables, require
from chalicelib.core.queueing.entry import Entry


def require_new(tables: MemoryTables, entry: Entry) -> None:
    """Raises LostRaceError."""
    require(entry.id not in tables.entries.get(entry.user_id, {}))


def put(tables: MemoryTables, entry: Entry) -> None:
    tables.entries.setdefault(entry.user_id, {})[entry.id] = entry
