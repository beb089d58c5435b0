"""Metrics that functions write as log lines, in the embedded metric format.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from gurukool_localstack import metrics

# What a document of another shape may raise: with a list in place of an object, or a time that is too late.
_MALFORMED = (ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError, RecursionError)


def extract(account: str, region: str, line: str) -> None:
    """Sends the metrics in `line`, if it is a document of this format: all of them, or none."""
    if '"_aws"' not in line:
        return
    try:
        document = json.loads(line)
        data = list(_data(document))
    except _MALFORMED:  # another line that happens to contain the word
        return
    for namespace, datum in data:
        metrics.put(account, region, namespace, datum)


def _data(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields a namespace and a datum of PutMetricData for every metric and every set of dimensions.

    Raises one of `_MALFORMED` for another document.
    """
    when = datetime.fromtimestamp(document["_aws"]["Timestamp"] / 1000, UTC)
    for directive in document["_aws"]["CloudWatchMetrics"]:
        for names in directive.get("Dimensions") or [[]]:
            dimensions = [{"Name": name, "Value": str(document[name])} for name in names]
            for metric in directive["Metrics"]:
                value = document[metric["Name"]]
                yield (
                    _text(directive["Namespace"]),
                    {
                        "MetricName": _text(metric["Name"]),
                        "Dimensions": dimensions,
                        "Timestamp": when,
                        "Unit": _text(metric.get("Unit", "None")),
                        "Values": [_number(each) for each in (value if isinstance(value, list) else [value])],
                    },
                )


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError("A name must be a text that is not empty.")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError("A value must be a number.")
    return float(value)
