"""The commands of a query, each of which changes the result of those before it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from gurukool_localstack.insights.aggregates import Aggregate
from gurukool_localstack.insights.expressions import Expression, is_true
from gurukool_localstack.insights.result import DEFAULT_COLUMNS, Result
from gurukool_localstack.insights.values import Value, number, sort_key, written


@dataclass(frozen=True)
class Column:
    name: str
    expression: Expression


class Command(Protocol):
    def apply(self, result: Result) -> None: ...


@dataclass(frozen=True)
class Fields:
    columns: list[Column]

    def apply(self, result: Result) -> None:
        for row in result.rows:
            for column in self.columns:
                row[column.name] = column.expression(row)
        result.show([column.name for column in self.columns])


@dataclass(frozen=True)
class Display:
    columns: list[Column]

    def apply(self, result: Result) -> None:
        result.columns = []
        Fields(self.columns).apply(result)


@dataclass(frozen=True)
class Filter:
    condition: Expression

    def apply(self, result: Result) -> None:
        result.rows = [row for row in result.rows if is_true(self.condition(row))]
        if not result.is_of_groups:
            result.matched = len(result.rows)


@dataclass(frozen=True)
class Parse:
    """Takes fields out of a text. Rows that do not match stay, without these fields."""

    text: Expression
    pattern: re.Pattern[str]
    names: list[str]  # of the pattern's groups, in their order

    def apply(self, result: Result) -> None:
        for row in result.rows:
            value = self.text(row)
            if value is not None and (match := self.pattern.search(written(value))):
                row.update(zip(self.names, match.groups(), strict=True))
        if result.columns:
            result.show(self.names)
        else:
            result.show([*DEFAULT_COLUMNS, *self.names])


@dataclass(frozen=True)
class Stats:
    columns: list[Column]
    by: list[Column]
    aggregates: Mapping[str, Aggregate]

    def apply(self, result: Result) -> None:
        groups: dict[tuple[str | None, ...], list[dict[str, Value]]] = {}
        keys: dict[tuple[str | None, ...], dict[str, Value]] = {}
        for row in result.rows:
            key = {column.name: column.expression(row) for column in self.by}
            place = tuple(None if value is None else written(value) for value in key.values())
            keys.setdefault(place, key)
            groups.setdefault(place, []).append(row)
        result.rows = [self._summary(keys[place], rows) for place, rows in groups.items()]
        result.columns, result.is_of_groups = [], True
        result.show([column.name for column in (*self.by, *self.columns)])

    def _summary(self, key: dict[str, Value], rows: Sequence[Mapping[str, Value]]) -> dict[str, Value]:
        """Later columns may name earlier ones."""
        found = key | {name: aggregate.of(rows) for name, aggregate in self.aggregates.items()}
        for column in self.columns:
            found[column.name] = column.expression(found)
        return {column.name: found[column.name] for column in (*self.by, *self.columns)}


@dataclass(frozen=True)
class Sort:
    keys: list[tuple[Expression, bool]]  # and whether the highest value is the first

    def apply(self, result: Result) -> None:
        for expression, descending in reversed(self.keys):
            result.rows.sort(key=lambda row: sort_key(expression(row)), reverse=descending)


@dataclass(frozen=True)
class Limit:
    count: int

    def apply(self, result: Result) -> None:
        del result.rows[self.count :]


@dataclass(frozen=True)
class Dedup:
    """Keeps the first row of each combination of values, and each row in which one of them is missing."""

    fields: list[Expression]

    def apply(self, result: Result) -> None:
        seen: set[tuple[str, ...]] = set()
        kept = []
        for row in result.rows:
            values = [expression(row) for expression in self.fields]
            key = tuple(written(value) for value in values if value is not None)
            if len(key) < len(values) or key not in seen:
                kept.append(row)
            if len(key) == len(values):
                seen.add(key)
        result.rows = kept


def newest_first(rows: list[dict[str, Value]]) -> list[dict[str, Value]]:
    """The order of events in a query without `sort`."""
    return sorted(rows, key=lambda row: number(row["@timestamp"]) or 0, reverse=True)
