"""The operators of metric math, between numbers and time series."""

import math
import operator
from collections.abc import Callable

from gurukool_localstack.metric_math.series import MathError, Operand, Series, result

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
    found = result(OPERATORS[sign], left, right)
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
    return left.with_points((at, result(function, left.points[at], right.points[at])) for at in common)
