"""Which calls of AWS a method of a port makes, and the units that they consume.

A method that is not listed here raises KeyError: nothing is simulated free of charge.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from enum import Enum
from typing import Any, NamedTuple

from chalicelib.adapters.dynamodb.shards import LEAST_SHARDS as SHARDS
from chalicelib.adapters.memory.tables import MemoryTables
from chalicelib.core.queueing.request import Request

READ_BYTES = 4 * 1024
WRITE_BYTES = 1024
SMALL_TEXTS = 400  # characters of a payload and a result with which an item is surely under 1 KB
KEY_BYTES = 100  # of a queue in a sparse index, as DynamoDB counts: keys and overhead
BATCH = 100  # items of one BatchGetItem

type Arguments = tuple[Any, ...]


class Units(NamedTuple):
    """What a call consumes, without the writes of indexes."""

    reads: float = 0
    writes: float = 0


NO_UNITS = Units()
ONE_READ, ONE_WRITE = Units(reads=1), Units(writes=1)


class Method(NamedTuple):
    """A method of a store: its calls, by its arguments, and its units, by its arguments and its answer."""

    actions: Callable[[Arguments], Sequence[str]]
    units: Callable[[Arguments, Any], Units]


_NAMES = [(field.name, len(field.name)) for field in fields(Request)]


def request_bytes(request: Request) -> int:
    """The size of its item, as DynamoDB counts. The names of two attributes are shorter than the fields'."""
    total = 0
    for name, length in _NAMES:
        value = getattr(request, name)
        if value is None or value == 0:
            continue
        total += length + _size(value)
    return total + len("v") + 2


def _size(value: Any) -> int:
    if isinstance(value, str | Enum):
        return len(str(value).encode())
    return (len(str(value)) + 1) // 2 + 1


def _units_of(size: int, unit: int) -> int:
    return max(1, -(-size // unit))


def _page(_: Arguments, found: Sequence[Request] | None) -> Units:
    """A query is billed for the sum of what it has read."""
    return Units(reads=_units_of(sum(map(request_bytes, found or ())), READ_BYTES))


def _keys_read(_: Arguments, found: Sequence[str] | None) -> Units:
    """Of an index, eventually consistent, as part of what is read for everybody: nothing is rounded up."""
    return Units(reads=0.5 * KEY_BYTES * len(found or ()) / READ_BYTES)


def _stored(arguments: Arguments, answer: Any) -> Units:
    """A write costs the size of its item, before or after, whichever is larger."""
    request = answer if isinstance(answer, Request) else arguments[0]
    if request.error is None and len(request.payload) + len(request.result or "") < SMALL_TEXTS:
        return ONE_WRITE
    return Units(writes=_units_of(request_bytes(request), WRITE_BYTES))


def _finished(arguments: Arguments, answer: Any) -> Units:
    """With effects, it is a transaction, and each of its items costs twice."""
    writes = _stored(arguments, answer).writes
    effects = arguments[3] if len(arguments) > 3 else ()
    return Units(writes=2 * (writes + len(effects)) if effects else writes)


def _finishing(arguments: Arguments) -> Sequence[str]:
    effects = arguments[3] if len(arguments) > 3 else ()
    return ("TransactWriteItems",) if effects else ("UpdateItem",)


def _always(*actions: str) -> Callable[[Arguments], Sequence[str]]:
    return lambda _: actions


def _costs(units: Units) -> Callable[[Arguments, Any], Units]:
    return lambda _arguments, _answer: units


def _batches(arguments: Arguments) -> Sequence[str]:
    return ("BatchGetItem",) * -(-len(arguments[0]) // BATCH)


_update = Method(_always("UpdateItem"), _costs(ONE_WRITE))
_change = Method(_always("UpdateItem"), _stored)
_get = Method(_always("GetItem"), _costs(ONE_READ))
_query = Method(_always("Query"), _page)
_index = Method(_always(*["Query"] * SHARDS), _keys_read)
_looks = Method(_always(*["Query"] * (2 * SHARDS)), _keys_read)

QUEUES: Mapping[str, Method] = {
    "get": _get,
    **dict.fromkeys(("take_numbers", "advance", "go_idle", "claim_wake_up", "move_read", "close"), _update),
    **dict.fromkeys(("change_state", "change_pause", "purge", "hold", "look_soon"), _update),
}
REQUESTS: Mapping[str, Method] = {
    "get": _get,
    "list_after": _query,
    "list_without_payloads": _query,
    "write": Method(_always("PutItem"), _stored),
    "void": Method(_always("PutItem"), _costs(ONE_WRITE)),
    "finish": Method(_finishing, _finished),
    "is_stop_requested": _get,
    **dict.fromkeys(("begin", "requeue", "settle", "cancel", "renew"), _change),
}
SWEEP_INDEX: Mapping[str, Method] = {
    "due": _looks,
    "with_expired_sessions": _index,
    "get_many": Method(_batches, lambda arguments, _: Units(reads=len(arguments[0]))),
    "clear_work_mark": _update,
    "put_off": _update,
}
ENTRIES: Mapping[str, Method] = {"earliest": _index}
KEYS: Mapping[str, Method] = {}


class IndexWrites:
    """The writes of the queue's two sparse indexes that a write of the queue has caused.

    An entry that appears or disappears costs one unit, and one whose key changes costs two.
    """

    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

    def marks(self, user_id: str) -> tuple[int | None, int | None]:
        queue = self._tables.queues.get(user_id)
        return queue.look_at if queue else None, self._tables.open_until.get(user_id)

    def between(self, before: tuple[int | None, ...], after: tuple[int | None, ...]) -> int:
        changed = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
        return sum(1 if None in pair else 2 for pair in changed)
