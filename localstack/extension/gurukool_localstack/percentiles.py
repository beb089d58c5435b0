"""Percentiles of samples."""

import math
from collections.abc import Sequence


def percentile(share: float, values: Sequence[float]) -> float:
    """The value at `share` per cent of the way through sorted values, between two of them in proportion.

    >>> percentile(50, [1.0, 2.0, 9.0]), percentile(75, [0.0, 1.0])
    (2.0, 0.75)
    """
    place = share / 100 * (len(values) - 1)
    below, above = values[math.floor(place)], values[math.ceil(place)]
    return below + (above - below) * (place - math.floor(place))
