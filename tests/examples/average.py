"""A handler for the test of uploads, deployed beside those of the examples."""

import msgspec

from gurukool import handler


class Series(msgspec.Struct, forbid_unknown_fields=True):
    values: list[float]


class Average(msgspec.Struct):
    count: int
    average: float


@handler("average", timeout=9)
def average(payload: Series) -> Average:
    """The average of many numbers."""
    return Average(len(payload.values), sum(payload.values) / len(payload.values))
