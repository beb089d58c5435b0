"""The functions of `stats`: one value of all rows of a group.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gurukool_localstack.insights.values import Value, number, sort_key, written
from gurukool_localstack.percentiles import percentile

type Row = Mapping[str, Value]


@dataclass(frozen=True)
class Kind:
    """A function of groups: `call` gets the rows, and for each argument its value in each row.

    `least` and `most` are how many arguments it takes.
    """

    call: Callable[[Sequence[Row], list[list[Value]]], Value]
    least: int = 1
    most: int = 1


@dataclass(frozen=True)
class Aggregate:
    """A call of such a function in a query."""

    kind: Kind
    arguments: list[Callable[[Row], Value]]

    def of(self, rows: Sequence[Row]) -> Value:
        return self.kind.call(rows, [[argument(row) for row in rows] for argument in self.arguments])


def _present(values: list[Value]) -> list[Value]:
    return [value for value in values if value is not None]


def _numbers(values: list[Value]) -> list[float]:
    return [found for value in values if (found := number(value)) is not None]


def _count(rows: Sequence[Row], arguments: list[list[Value]]) -> Value:
    return len(_present(arguments[0])) if arguments else len(rows)


def _average(_rows: Sequence[Row], arguments: list[list[Value]]) -> Value:
    numbers = _numbers(arguments[0])
    return sum(numbers) / len(numbers) if numbers else None


def _percentile(_rows: Sequence[Row], arguments: list[list[Value]]) -> Value:
    """Exactly; AWS estimates it."""
    numbers, share = sorted(_numbers(arguments[0])), number(arguments[1][0])
    return percentile(share, numbers) if numbers and share is not None else None


def _extreme(choose: Callable[..., Value]) -> Kind:
    """The least or the greatest value. Numbers are compared with numbers, if there are any."""

    def call(_rows: Sequence[Row], arguments: list[list[Value]]) -> Value:
        numbers = [value for value in arguments[0] if number(value) is not None]
        return choose(numbers or _present(arguments[0]), key=sort_key, default=None)

    return Kind(call)


def _sorted(choose: Callable[..., Value]) -> Kind:
    return Kind(lambda _rows, arguments: choose(_present(arguments[0]), key=sort_key, default=None))


def _in_time(choose: Callable[..., tuple[float, Value]]) -> Kind:
    """The value in the row with the first or the last time."""

    def call(rows: Sequence[Row], arguments: list[list[Value]]) -> Value:
        times = [number(row.get("@timestamp")) for row in rows]
        found = zip(times, arguments[0], strict=True)
        moments = [(at, value) for at, value in found if at is not None and value is not None]
        return choose(moments, key=lambda moment: moment[0])[1] if moments else None

    return Kind(call)


AGGREGATES: dict[str, Kind] = {
    "count": Kind(_count, 0, 1),
    "count_distinct": Kind(lambda _rows, arguments: len(set(map(written, _present(arguments[0]))))),
    "sum": Kind(lambda _rows, arguments: sum(_numbers(arguments[0]))),
    "avg": Kind(_average),
    "min": _extreme(min),
    "max": _extreme(max),
    "pct": Kind(_percentile, 2, 2),
    "earliest": _in_time(min),
    "latest": _in_time(max),
    "sortsfirst": _sorted(min),
    "sortslast": _sorted(max),
}
