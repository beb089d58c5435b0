"""Time series, and operations on them.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

import math
import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field


class MathError(ValueError):
    """The expression is none, or is not supported here."""


@dataclass(frozen=True)
class Series:
    """The values of a metric, or of an expression, by time in seconds since the epoch."""

    label: str
    period: int  # seconds
    points: dict[int, float] = field(default_factory=dict)

    def mapped(self, function: Callable[[float], float | None]) -> "Series":
        """A value of which the function makes None, or nothing, is left out."""
        return self.with_points((at, _result(function, value)) for at, value in self.points.items())

    def with_points(self, points: Iterable[tuple[int, float | None]]) -> "Series":
        kept = {at: value for at, value in points if value is not None}
        return Series(self.label, self.period, dict(sorted(kept.items())))


# A value of an expression: a number, a series, several of them, or the text of an option.
type Operand = float | Series | list[Series] | str

OPERATORS: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": operator.pow,
    "==": lambda left, right: float(left == right),
    "!=": lambda left, right: float(left != right),
    "<": lambda left, right: float(left < right),
    "<=": lambda left, right: float(left <= right),
    ">": lambda left, right: float(left > right),
    ">=": lambda left, right: float(left >= right),
    "&&": lambda left, right: float(bool(left) and bool(right)),
    "||": lambda left, right: float(bool(left) or bool(right)),
}


def combined(sign: str, left: Operand, right: Operand) -> Operand:
    """The result of an operator: of two series, at the times that both have. Raises MathError."""
    if isinstance(left, str) or isinstance(right, str):
        raise MathError(f"{sign} needs numbers or time series.")
    if isinstance(left, list):
        if isinstance(right, list):
            raise MathError(f"{sign} cannot combine two lists of time series.")
        return [_of_series(OPERATORS[sign], series, right) for series in left]
    if isinstance(right, list):
        return [_of_series(OPERATORS[sign], left, series) for series in right]
    if isinstance(left, Series) or isinstance(right, Series):
        return _of_series(OPERATORS[sign], left, right)
    found = _result(OPERATORS[sign], left, right)
    return math.nan if found is None else found


def _of_series(
    function: Callable[[float, float], float], left: float | Series, right: float | Series
) -> Series:
    """One of the operands is a series."""
    if not isinstance(left, Series):
        assert isinstance(right, Series)  # noqa: S101
        return right.mapped(lambda value: function(left, value))
    if not isinstance(right, Series):
        return left.mapped(lambda value: function(value, right))
    common = left.points.keys() & right.points.keys()
    return left.with_points((at, _result(function, left.points[at], right.points[at])) for at in common)


def _result(function: Callable[..., float | None], *values: float) -> float | None:
    """None if there is no result, as of a division by zero; such points are missing."""
    try:
        found = function(*values)
    except (ArithmeticError, ValueError):
        return None
    return None if found is None or isinstance(found, complex) or math.isnan(found) else found


def merged(choose: Callable[[list[float]], float], several: list[Series]) -> Series:
    """One value for each time at which one of the series has one."""
    values: dict[int, list[float]] = {}
    for series in several:
        for at, value in series.points.items():
            values.setdefault(at, []).append(value)
    period = min((series.period for series in several), default=60)
    return Series("", period).with_points((at, choose(found)) for at, found in values.items())
