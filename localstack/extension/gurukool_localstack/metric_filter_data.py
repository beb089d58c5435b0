"""What a metric filter makes of log events, as data of PutMetricData."""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from gurukool_localstack.filter_patterns import compiled, value_in


def data(
    pattern: str, transformation: Mapping[str, Any], events: Sequence[Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    """A datum for each event that matches and has a number; the default value if none of them matches."""
    matches = compiled(pattern)
    found = [event for event in events if matches(event["message"])]
    for event in found:
        value = _number(event["message"], pattern, transformation["metricValue"])
        dimensions = _dimensions(event["message"], pattern, transformation.get("dimensions") or {})
        if value is not None and dimensions is not None:
            yield _datum(transformation, value, event["timestamp"], dimensions)
    default = transformation.get("defaultValue")
    if not found and events and default is not None:
        yield _datum(transformation, float(default), events[-1]["timestamp"], [])


def _datum(
    transformation: Mapping[str, Any], value: float, milliseconds: int, dimensions: list[dict[str, str]]
) -> dict[str, Any]:
    return {
        "MetricName": transformation["metricName"],
        "Dimensions": dimensions,
        "Timestamp": datetime.fromtimestamp(milliseconds / 1000, UTC),
        "Value": value,
        "Unit": transformation.get("unit") or "None",
    }


def _number(message: str, pattern: str, wanted: str) -> float | None:
    value = value_in(message, pattern, wanted) if wanted.startswith("$") else wanted
    try:
        number = None if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if number is not None and math.isfinite(number) else None


def _dimensions(message: str, pattern: str, selectors: Mapping[str, str]) -> list[dict[str, str]] | None:
    """None if one of the fields is missing: then AWS makes no metric of the event."""
    values = {name: value_in(message, pattern, selector) for name, selector in selectors.items()}
    if None in values.values():
        return None
    return [{"Name": name, "Value": str(value)} for name, value in values.items()]
