"""Metrics that functions write as log lines, in the embedded metric format.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from gurukool_localstack import metrics


def extract(account: str, region: str, line: str) -> None:
    """Sends the metrics in `line`, if it is a document of this format."""
    if '"_aws"' not in line:
        return
    try:
        document = json.loads(line)
        data = list(_data(document))
    except (ValueError, KeyError, TypeError):  # another line that happens to contain the word
        return
    for namespace, datum in data:
        metrics.put(account, region, namespace, datum)


def _data(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields a namespace and a datum of PutMetricData for every metric and every set of dimensions."""
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
