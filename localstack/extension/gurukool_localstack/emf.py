"""Metrics that functions write as log lines: the embedded metric format.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from gurukool_localstack import metrics


def extract(account: str, region: str, line: str) -> None:
    """Send what `line` says as metrics, if it is a document of that format."""
    if '"_aws"' not in line:
        return
    try:
        document = json.loads(line)
        data = list(_data(document))
    except (ValueError, KeyError, TypeError):  # any other line that happens to contain the word
        return
    for namespace, datum in data:
        metrics.put(account, region, namespace, datum)


def _data(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Namespace and datum (as PutMetricData takes it) for every metric and set of dimensions."""
    when = datetime.fromtimestamp(document["_aws"]["Timestamp"] / 1000, UTC)
    for directive in document["_aws"]["CloudWatchMetrics"]:
        for names in directive.get("Dimensions") or [[]]:
            dimensions = [{"Name": name, "Value": str(document[name])} for name in names]
            for metric in directive["Metrics"]:
                value = document[metric["Name"]]
                yield (
                    directive["Namespace"],
                    {
                        "MetricName": metric["Name"],
                        "Dimensions": dimensions,
                        "Timestamp": when,
                        "Unit": metric.get("Unit", "None"),
                        "Values": value if isinstance(value, list) else [value],
                    },
                )
