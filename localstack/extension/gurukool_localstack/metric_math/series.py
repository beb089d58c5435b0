"""Time series.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

import math
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
        return self.with_points((at, result(function, value)) for at, value in self.points.items())

    def with_points(self, points: Iterable[tuple[int, float | None]]) -> "Series":
        kept = {at: value for at, value in points if value is not None}
        return Series(self.label, self.period, dict(sorted(kept.items())))


# A value of an expression: a number, a series, several of them, or the text of an option.
type Operand = float | Series | list[Series] | str


def result(function: Callable[..., float | None], *values: float) -> float | None:
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
