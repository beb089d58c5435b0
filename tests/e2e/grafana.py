"""Asks CloudWatch what Grafana would ask it for a panel or an alert rule.

Grafana cannot be run here, so this follows the sources of its CloudWatch plugin:
public/app/plugins/datasource/cloudwatch (variables), pkg/tsdb/cloudwatch/models/cloudwatch_query.go
(metrics), and pkg/tsdb/cloudwatch/log_actions.go (Logs Insights) of grafana/grafana.
"""

import re
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from local_cloud.waiting import wait_until

VARIABLE = re.compile(r"\$\{(\w+)\}")
PERIOD = "$__period_auto"
PERIOD_S = 60  # what the plugin chooses for up to 33 hours, if they end less than 15 days ago
CODE = 1  # the editor mode of expressions
# The plugin puts this before each query, so that a line's neighbours can be found.
LOGS_PREFIX = (
    "fields @timestamp,ltrim(@log) as __log__grafana_internal__,"
    "ltrim(@logStream) as __logstream__grafana_internal__|"
)
SECONDS = 30  # until a query of Logs Insights is over

type Target = Mapping[str, Any]
type Values = Mapping[str, list[float]]


class Grafana:
    def __init__(self, metrics: Any, logs: Any, variables: Mapping[str, str]) -> None:
        """With clients of CloudWatch and of CloudWatch Logs."""
        self._metrics = metrics
        self._logs = logs
        self._variables = variables

    def series(self, targets: Sequence[Target], start: datetime, end: datetime) -> Values:
        """The values of what is shown of a panel's metrics, the oldest first, by the query's letter."""
        ids = {target["id"] or f"query{target['refId']}": target["refId"] for target in targets}
        queries = [self._query(id_, target) for id_, target in zip(ids, targets, strict=True)]
        found = self._metrics.get_metric_data(
            MetricDataQueries=queries, StartTime=start, EndTime=end, ScanBy="TimestampAscending"
        )
        shown: dict[str, list[float]] = {ids[query["Id"]]: [] for query in queries if query["ReturnData"]}
        for result in found["MetricDataResults"]:
            shown[ids[result["Id"]]] += result["Values"]
        return shown

    def rows(self, target: Target, start: datetime, end: datetime) -> list[dict[str, str]]:
        """The rows of a query of Logs Insights."""
        assert [group["arn"] for group in target["logGroups"]] == ["${log_groups}"]
        groups = self._logs.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{self._variables['stack']}-")
        started = self._logs.start_query(
            logGroupIdentifiers=[group["arn"].removesuffix("*") for group in groups["logGroups"]],
            queryString=LOGS_PREFIX + self._filled(target["expression"]),
            startTime=int(start.timestamp()),
            endTime=int(end.timestamp()) + 1,
        )
        answers: list[Any] = []

        def is_over() -> bool:
            answers.append(self._logs.get_query_results(queryId=started["queryId"]))
            return answers[-1]["status"] not in ("Scheduled", "Running")

        assert wait_until(is_over, SECONDS)
        assert answers[-1]["status"] == "Complete"
        return [{field["field"]: field["value"] for field in row} for row in answers[-1]["results"]]

    def _query(self, id_: str, target: Target) -> dict[str, Any]:
        query: dict[str, Any] = {"Id": id_, "ReturnData": not target["hide"]}
        if target["label"]:
            query["Label"] = self._filled(target["label"])
        if target["metricEditorMode"] == CODE:
            return query | {"Expression": self._filled(target["expression"]).replace(PERIOD, str(PERIOD_S))}
        own = {name: self._filled(value) for name, value in target["dimensions"].items()}
        assert target["matchExact"]
        assert "*" not in own.values()  # the plugin would search
        metric = {
            "Namespace": target["namespace"],
            "MetricName": target["metricName"],
            "Dimensions": [{"Name": name, "Value": value} for name, value in own.items()],
        }
        stat = {"Metric": metric, "Period": PERIOD_S, "Stat": target["statistic"]}
        return query | {"MetricStat": stat}

    def _filled(self, text: str) -> str:
        return VARIABLE.sub(lambda found: self._variables[found[1]], text)


def columns(target: Target) -> set[str]:
    """The fields, and the results of functions, that a query of Logs Insights names."""
    lists = re.findall(r"(?:^|\|)\s*fields ([^|]+)", target["expression"])
    fields = {name.strip() for names in lists for name in names.split(",")}
    return fields | set(re.findall(r"\bas (\w+)", target["expression"]))


def last(hours: float = 1) -> tuple[datetime, datetime]:
    now = datetime.fromtimestamp(time.time(), UTC)
    return now - timedelta(hours=hours), now + timedelta(seconds=5)


def fires(rule: Mapping[str, Any], values: list[float]) -> bool:
    """Whether the rule's expressions make an alert of these values, one for each minute that has one.

    pkg/expr: a threshold makes each value 1 or 0, and a reduction makes a number of them.
    """
    if not values:
        return bool(rule["noDataState"] == "Alerting")
    series, number = values, 0.0
    models = {query["refId"]: query["model"] for query in rule["data"]}
    assert [model.get("expression") for model in models.values()] == [None, "A", "B", "C"]
    series = [_threshold(models["B"], value) for value in series]
    assert models["C"]["reducer"] == "sum"
    number = sum(series)
    assert rule["condition"] == "D"
    return bool(_threshold(models["D"], number))


def _threshold(model: Mapping[str, Any], value: float) -> float:
    [condition] = model["conditions"]
    kind, [limit] = condition["evaluator"]["type"], condition["evaluator"]["params"]
    return float({"gte": value >= limit, "lt": value < limit}[kind])
