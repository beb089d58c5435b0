"""The values of a query: text, numbers, times; how they are compared, sorted and written."""

import math
import re
from datetime import UTC, datetime

type Value = str | int | float | None  # None: the field is missing

_CHUNKS = re.compile(r"\d+|[^\W\d_]+|.", re.DOTALL)


class Time(int):
    """Milliseconds since the epoch, written as a date."""


def number(value: Value) -> float | int | None:
    """The value as a number; None if it is none."""
    if value is None or isinstance(value, int | float):
        return value
    try:
        found = float(value)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def is_equal(left: Value, right: Value) -> bool:
    """Compares as numbers where both are, and as text otherwise. A missing field equals nothing."""
    if left is None or right is None:
        return False
    if (one := number(left)) is not None and (other := number(right)) is not None:
        return one == other
    return written(left) == written(right)


def order(left: Value, right: Value) -> int | None:
    """Below 0, 0, or above 0; None if a field is missing, because then there is no order."""
    if left is None or right is None:
        return None
    one, other = number(left), number(right)
    if one is not None and other is not None:
        return (one > other) - (one < other)
    first, second = written(left), written(right)
    return (first > second) - (first < second)


def sort_key(value: Value) -> tuple[int, float, list[tuple[int, int, str]]]:
    """Where `sort … asc` puts a value: text in natural order, then numbers; missing fields first.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Sort.html
    """
    if value is None:
        return (0, 0, [])
    if (found := number(value)) is not None:
        return (2, found, [])
    return (1, 0, [_chunk_key(chunk) for chunk in _CHUNKS.findall(written(value))])


def _chunk_key(chunk: str) -> tuple[int, int, str]:
    """Text by its characters; digits where the first of them stands, and then by how many they are."""
    if chunk.isdecimal():
        return (ord("0"), len(chunk), chunk)
    return (ord(chunk[0]), 0, chunk)


def written(value: Value) -> str:
    """The value as a result shows it.

    >>> written(Time(90_500)), written(2.0), written(0.25)
    ('1970-01-01 00:01:30.500', '2', '0.25')
    """
    if isinstance(value, Time):
        moment = datetime.fromtimestamp(value / 1000, UTC)
        return f"{moment:%Y-%m-%d %H:%M:%S}.{value % 1000:03}"
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return str(value)
