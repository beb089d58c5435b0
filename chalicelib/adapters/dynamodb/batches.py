"""Many items in a few calls, all of them, though DynamoDB may take only some at a time.

The answer names what DynamoDB was too busy for, or had no room for. Its guide ("Error handling with
DynamoDB") has callers wait before they ask for that again, longer each time. PynamoDB 6.1 asks again at once:
twice for writes, and for reads without an end.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from itertools import batched
from typing import Any

from pynamodb.connection import Connection
from pynamodb.constants import KEY
from pynamodb.models import Model

from chalicelib.adapters.dynamodb.errors import translated
from chalicelib.adapters.dynamodb.pauses import pause
from chalicelib.core.errors import UnavailableError

WRITTEN_AT_ONCE, READ_AT_ONCE = 25, 100  # DynamoDB's limits of a call
PATIENCE_S = 2.0  # from the first answer that lacks something to the last call: that of a worker at its end
PAUSE_S = 0.05  # at most, before the second call; twice as long after each further call that has done nothing
LONGEST_PAUSE_S = 1.0

type Key = tuple[str | int, ...]
"""The hash key, and the range key if the table has one."""

type _Todo = Sequence[dict[str, Any]]


def save_all(connection: Connection, model: type[Model], items: Sequence[Model]) -> None:
    """Save items of the model. Raises UnavailableError; some may be saved then."""
    puts = [{"PutRequest": {"Item": item.serialize()}} for item in items]
    _write(connection, model.Meta.table_name, puts)


def delete_all(connection: Connection, model: type[Model], keys: Iterable[Key]) -> None:
    """Delete what is there under these keys. Raises UnavailableError; some may be deleted then."""
    table = model.Meta.table_name
    _write(connection, table, [{"DeleteRequest": {KEY: _attributes(connection, table, key)}} for key in keys])


def get_all[M: Model](
    connection: Connection, model: type[M], keys: Iterable[Key], attributes: Sequence[str] | None = None
) -> list[M]:
    """Read consistently what is there under these keys, in no order. Raises UnavailableError.

    `attributes`: those that are read; None: all.
    """
    table, found = model.Meta.table_name, list[dict[str, Any]]()

    def read(some: _Todo) -> _Todo:
        keys: Any = some
        answer = connection.batch_get_item(table, keys, consistent_read=True, attributes_to_get=attributes)
        found.extend(answer["Responses"].get(table, []))
        left: _Todo = answer["UnprocessedKeys"].get(table, {}).get("Keys", [])
        return left

    wanted = [_attributes(connection, table, key) for key in dict.fromkeys(keys)]
    _repeat(read, wanted, READ_AT_ONCE)
    return [model.from_raw_data(item) for item in found]


def _write(connection: Connection, table: str, requests: _Todo) -> None:
    def write(some: _Todo) -> _Todo:
        puts = [request["PutRequest"]["Item"] for request in some if "PutRequest" in request]
        deletes = [request["DeleteRequest"][KEY] for request in some if "DeleteRequest" in request]
        answer = connection.batch_write_item(table, put_items=puts, delete_items=deletes)
        left: _Todo = answer["UnprocessedItems"].get(table, [])
        return left

    _repeat(write, requests, WRITTEN_AT_ONCE)


def _repeat(call: Callable[[_Todo], _Todo], todo: _Todo, at_once: int) -> None:
    """Call until nothing is left. `call` returns what it has not done."""
    until, longest = None, PAUSE_S / 2
    for some in batched(todo, at_once, strict=False):
        left: _Todo = some
        while left:
            before = len(left)
            with translated():
                left = call(left)
            if not left:
                break
            until = until or time.monotonic() + PATIENCE_S
            if time.monotonic() >= until:
                raise UnavailableError("The store is too busy. Try again.")
            longest = PAUSE_S if len(left) < before else min(LONGEST_PAUSE_S, 2 * longest)
            pause(longest)


def _attributes(connection: Connection, table: str, key: Key) -> dict[str, Any]:
    attributes: dict[str, Any] = connection.get_identifier_map(table, *map(str, key))[KEY]
    return attributes
