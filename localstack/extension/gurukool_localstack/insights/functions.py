"""The functions of a query's expressions.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from gurukool_localstack.insights.values import Time, Value, number, written

type Call = Callable[[list[Value]], Value]

# Milliseconds of a unit of `bin`. Weeks and longer units are missing: AWS does not say where they begin.
UNITS = {
    "ms": 1,
    "msec": 1,
    "millisecond": 1,
    "s": 1000,
    "sec": 1000,
    "second": 1000,
    "m": 60_000,
    "min": 60_000,
    "minute": 60_000,
    "h": 3_600_000,
    "hr": 3_600_000,
    "hour": 3_600_000,
    "d": 86_400_000,
    "day": 86_400_000,
}


@dataclass(frozen=True)
class Function:
    """A function of values. `least` and `most` are how many it takes; `most` is None if there is no limit."""

    call: Call
    least: int
    most: int | None


def floored(value: Value, period: int) -> Value:
    """The time, rounded down to a whole number of periods of so many milliseconds."""
    at = number(value)
    return None if at is None else Time(math.floor(at / period) * period)


def ceiled(value: Value, period: int) -> Value:
    at = number(value)
    return None if at is None else Time(math.ceil(at / period) * period)


def arithmetic(sign: str, left: Value, right: Value) -> Value:
    """None if one of the values is no number, or if there is no result."""
    one, other = number(left), number(right)
    if one is None or other is None:
        return None
    try:
        return _ARITHMETIC[sign](int(one) if isinstance(one, Time) else one, other)
    except (ZeroDivisionError, OverflowError):
        return None


_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "%": math.fmod,
    "^": math.pow,
}


def _of_number(function: Callable[[float], float]) -> Function:
    def call(values: list[Value]) -> Value:
        found = number(values[0])
        try:
            return None if found is None else function(found)
        except (ValueError, OverflowError):
            return None

    return Function(call, 1, 1)


def _of_numbers(function: Callable[[list[float]], float]) -> Function:
    def call(values: list[Value]) -> Value:
        numbers = [found for value in values if (found := number(value)) is not None]
        return function(numbers) if len(numbers) == len(values) else None

    return Function(call, 1, None)


def _of_text(function: Callable[..., Value], least: int = 1, most: int | None = 1) -> Function:
    def call(values: list[Value]) -> Value:
        return None if None in values else function(*map(written, values))

    return Function(call, least, most)


def _part(text: str, start: str, length: str | None = None) -> Value:
    begin = int(float(start))
    return text[begin:] if length is None else text[begin : begin + int(float(length))]


def _is_blank(value: Value) -> bool:
    return value is None or not written(value).strip()


FUNCTIONS: dict[str, Function] = {
    "abs": _of_number(abs),
    "ceil": _of_number(math.ceil),
    "floor": _of_number(math.floor),
    "log": _of_number(math.log),
    "sqrt": _of_number(math.sqrt),
    "greatest": _of_numbers(max),
    "least": _of_numbers(min),
    "ispresent": Function(lambda values: int(values[0] is not None), 1, 1),
    "isempty": Function(lambda values: int(values[0] is None or not written(values[0])), 1, 1),
    "isblank": Function(lambda values: int(_is_blank(values[0])), 1, 1),
    "coalesce": Function(
        lambda values: next((value for value in values if value is not None), None), 1, None
    ),
    "concat": _of_text(lambda *texts: "".join(texts), 1, None),
    "strlen": _of_text(len),
    "toupper": _of_text(str.upper),
    "tolower": _of_text(str.lower),
    "trim": _of_text(str.strip, 1, 2),
    "ltrim": _of_text(str.lstrip, 1, 2),
    "rtrim": _of_text(str.rstrip, 1, 2),
    "substr": _of_text(_part, 2, 3),
    "replace": _of_text(str.replace, 3, 3),
    "strcontains": _of_text(lambda text, part: int(part in text), 2, 2),
    "tomillis": Function(lambda values: None if (at := number(values[0])) is None else int(at), 1, 1),
    "frommillis": Function(lambda values: None if (at := number(values[0])) is None else Time(at), 1, 1),
    "now": Function(lambda _values: int(time.time()), 0, 0),  # in seconds
}
