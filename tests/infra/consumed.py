"""What calls of DynamoDB consume, as DynamoDB Local says itself."""

from collections import Counter
from typing import Any, NamedTuple

from chalicelib.adapters.dynamodb.tables import Tables

READS = {"GetItem", "BatchGetItem", "Query"}


class Consumed(NamedTuple):
    """Units, and of writes those of each call."""

    reads: float
    writes: float
    each_write: tuple[float, ...]


class Meter:
    """Of the calls since it was last read: the units, and the items that queries have read."""

    def __init__(self, tables: Tables) -> None:
        self.calls: Counter[str] = Counter()  # since the beginning
        self._reads, self._writes = list[float](), list[float]()
        self._items = 0
        events = tables.connection.client.meta.events
        events.register("before-parameter-build.dynamodb", self._ask)
        events.register("after-call.dynamodb", self._note)

    def _ask(self, params: dict[str, Any], **_: Any) -> None:
        params["ReturnConsumedCapacity"] = "INDEXES"

    def _note(self, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        self.calls[model.name] += 1
        consumed = parsed.get("ConsumedCapacity", [])
        units = sum(
            each["CapacityUnits"] for each in (consumed if isinstance(consumed, list) else [consumed])
        )
        (self._reads if model.name in READS else self._writes).append(units)
        self._items += parsed.get("ScannedCount", 0)

    def read(self) -> tuple[float, int]:
        """Units of all calls, and the items that queries have read."""
        items, self._items = self._items, 0
        consumed = self.consumed()
        return consumed.reads + consumed.writes, items

    def consumed(self) -> Consumed:
        found = Consumed(sum(self._reads), sum(self._writes), tuple(self._writes))
        self._reads, self._writes = [], []
        return found
