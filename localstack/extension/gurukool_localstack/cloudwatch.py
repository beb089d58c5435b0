"""Statistics of CloudWatch: percentiles, and each set of dimensions for itself.

LocalStack has no percentiles, and adds up all metrics whose dimensions contain those that are asked for.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
"""

import functools
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from localstack.aws.api.cloudwatch import InvalidParameterValueException, ScanBy
from localstack.services.cloudwatch.cloudwatch_database_helper import CloudwatchDatabase
from localstack.services.cloudwatch.provider_v2 import CloudwatchProvider

from gurukool_localstack.percentiles import percentile

_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d+)?|100)")
_COLUMNS = (
    "account_id = ? AND region = ? AND namespace = ? AND metric_name = ? AND timestamp >= ? AND timestamp < ?"
)

_stock_get_metric_statistics = CloudwatchProvider.get_metric_statistics


def install() -> None:
    CloudwatchDatabase.get_metric_data_stat = _get_metric_data_stat
    CloudwatchProvider.get_metric_statistics = _get_metric_statistics


@dataclass(frozen=True)
class Sample:
    """A value, or the summary of several."""

    count: float
    total: float
    least: float
    most: float


def statistic(name: str, samples: Sequence[Sample]) -> float:
    """The statistic of at least one sample. Raises InvalidParameterValueException if it is not known.

    >>> statistic("p50", [Sample(1, value, value, value) for value in (1.0, 2.0, 9.0)])
    2.0
    """
    match name:
        case "SampleCount":
            return sum(sample.count for sample in samples)
        case "Sum":
            return sum(sample.total for sample in samples)
        case "Average":
            return sum(sample.total for sample in samples) / sum(sample.count for sample in samples)
        case "Minimum":
            return min(sample.least for sample in samples)
        case "Maximum":
            return max(sample.most for sample in samples)
    if found := _PERCENTILE.fullmatch(name):
        return percentile(float(found[1]), sorted(sample.most for sample in samples))
    raise InvalidParameterValueException(f"The local cloud does not know the statistic {name}.")


def _get_metric_data_stat(  # noqa: PLR0917  (LocalStack's signature)
    database: CloudwatchDatabase,
    account_id: str,
    region: str,
    query: Any,
    start_time: datetime,
    end_time: datetime,
    scan_by: str | None,
) -> dict[str, list[float]]:
    """The statistic for each period that has a value."""
    wanted = query["MetricStat"]
    start, end = int(start_time.timestamp()), int(end_time.timestamp())
    metric = wanted["Metric"]
    place = (account_id, region, metric.get("Namespace"), metric.get("MetricName"), start, end)
    periods: defaultdict[int, list[Sample]] = defaultdict(list)
    for at, sample in _samples(database, place, metric.get("Dimensions"), wanted.get("Unit")):
        periods[start + (at - start) // wanted["Period"] * wanted["Period"]].append(sample)
    timestamps = sorted(periods, reverse=scan_by in (None, ScanBy.TimestampDescending))
    return {
        "timestamps": list(timestamps),
        "values": [statistic(wanted["Stat"], periods[at]) for at in timestamps],
    }


@functools.wraps(_stock_get_metric_statistics)
def _get_metric_statistics(provider: CloudwatchProvider, context: Any, **request: Any) -> Any:
    """LocalStack's, with the ExtendedStatistics, which are the percentiles."""
    extended = request.pop("extended_statistics", None) or []
    request["statistics"] = request.get("statistics") or []
    answer = _stock_get_metric_statistics(provider, context, **request)
    points = {(point["Timestamp"], point["Unit"]): point for point in answer["Datapoints"]}
    for name in extended:
        for unit, at, value in _extended(provider.cloudwatch_database, context, name, request):
            point = points.setdefault((at, unit), {"Timestamp": at, "Unit": unit})
            point.setdefault("ExtendedStatistics", {})[name] = value
    return {**answer, "Datapoints": list(points.values())}


def _extended(
    database: CloudwatchDatabase, context: Any, name: str, request: Mapping[str, Any]
) -> Iterator[tuple[str, float, float]]:
    """The unit, the time and the value of the statistic for each unit and period."""
    metric = {
        "Namespace": request["namespace"],
        "MetricName": request["metric_name"],
        "Dimensions": request.get("dimensions"),
    }
    times = (request["start_time"], request["end_time"])
    place = (context.account_id, context.region)
    names = (metric["MetricName"], metric["Namespace"])
    unit = request.get("unit")
    for each in [unit] if unit else database.get_units_for_metric_data_stat(*place, *times, *names):
        query = {"MetricStat": {"Metric": metric, "Period": request["period"], "Stat": name, "Unit": each}}
        found = database.get_metric_data_stat(*place, query, *times, ScanBy.TimestampDescending)
        for at, value in zip(found["timestamps"], found["values"], strict=True):
            yield "None" if each == "NULL_VALUE" else each, at, value


def _samples(
    database: CloudwatchDatabase, place: tuple[Any, ...], dimensions: Any, unit: str | None
) -> Iterable[tuple[int, Sample]]:
    """The samples with exactly these dimensions, and their times (seconds since the epoch)."""
    condition, values = f"{_COLUMNS} AND dimensions IS ?", [*place]
    values.append(database._get_ordered_dimensions_with_separator(list(dimensions or ())))  # noqa: SLF001
    if unit:
        condition += " AND unit IS ?"
        values.append(None if unit == "NULL_VALUE" else unit)
    single = f"SELECT timestamp, 1, value, value, value FROM {database.TABLE_SINGLE_METRICS}"  # noqa: S608
    several = f"SELECT timestamp, sample_count, sum, min, max FROM {database.TABLE_AGGREGATED_METRICS}"  # noqa: S608
    with database.DATABASE_LOCK, sqlite3.connect(database.METRICS_DB_READ_ONLY, uri=True) as connection:
        rows = connection.execute(
            f"{single} WHERE {condition} UNION ALL {several} WHERE {condition}", values * 2
        ).fetchall()
    return [(int(at), Sample(*numbers)) for at, *numbers in rows]
