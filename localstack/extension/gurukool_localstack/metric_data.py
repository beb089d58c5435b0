"""GetMetricData with expressions of metric math, which LocalStack does not know."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.api.cloudwatch import ScanBy
from localstack.services.cloudwatch.cloudwatch_database_helper import CloudwatchDatabase
from localstack.services.cloudwatch.provider_v2 import CloudwatchProvider

from gurukool_localstack.metric_math import search
from gurukool_localstack.metric_math.queries import Queries
from gurukool_localstack.metric_math.series import MathError, Series

_POINT_LIMIT = 100_800  # of a page of results
_SEARCH_LIMIT = 500  # metrics that a search finds at most
_MINUTE = 60

type _Result = tuple[Mapping[str, Any], str, Series]  # a query, the label and the data of a result


def install() -> None:
    CloudwatchProvider.get_metric_data = _get_metric_data


class MetricsValidationError(CommonServiceException):  # type: ignore[misc]  # LocalStack ships no types
    def __init__(self, message: str) -> None:
        super().__init__("ValidationError", message, sender_fault=True)


def queries_of(
    database: CloudwatchDatabase,
    place: tuple[str, str],
    queries: Sequence[Mapping[str, Any]],
    times: tuple[int, int],
) -> Queries:
    """Queries for metrics of an account and region, between two times in seconds since the epoch."""
    start, end = (datetime.fromtimestamp(at, UTC) for at in times)

    def fetch(stat: Mapping[str, Any], label: str) -> Series:
        found = database.get_metric_data_stat(
            *place, {"MetricStat": stat}, start, end, ScanBy.TimestampAscending
        )
        return Series(label, stat["Period"], dict(zip(found["timestamps"], found["values"], strict=True)))

    def found(text: str, statistic: str, period: int) -> list[Series]:
        matches = search.parsed(text)
        metrics = [metric for metric in _metrics(database, place) if matches(metric)][:_SEARCH_LIMIT]
        return [
            fetch(
                {
                    "Metric": {
                        "Namespace": metric.namespace,
                        "MetricName": metric.name,
                        "Dimensions": _named(metric.dimensions),
                    },
                    "Period": period,
                    "Stat": statistic,
                },
                " ".join((metric.name, *metric.dimensions.values())),
            )
            for metric in metrics
        ]

    return Queries(queries, *times, fetch, found)


def _named(dimensions: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in dimensions.items()]


def _metrics(database: CloudwatchDatabase, place: tuple[str, str]) -> Iterator[search.Metric]:
    for found in database.list_metrics(*place, None, None, [])["metrics"]:
        dimensions = {each["Name"]: each["Value"] for each in found["dimensions"] or ()}
        yield search.Metric(found["namespace"], found["metric_name"], dimensions)


def _get_metric_data(provider: CloudwatchProvider, context: RequestContext, **request: Any) -> dict[str, Any]:
    queries = request["metric_data_queries"]
    times = _times(queries, request["start_time"], request["end_time"])
    place = (context.account_id, context.region)
    try:
        results = list(_results(queries_of(provider.cloudwatch_database, place, queries, times)))
    except MathError as error:
        raise MetricsValidationError(str(error)) from None
    ascending = request.get("scan_by") == ScanBy.TimestampAscending
    limit = min(request.get("max_datapoints") or _POINT_LIMIT, _POINT_LIMIT)
    page, next_token = _page(results, int(request.get("next_token") or 0), limit, ascending=ascending)
    return {"MetricDataResults": page, "NextToken": next_token, "Messages": []}


def _times(queries: Sequence[Mapping[str, Any]], start: datetime, end: datetime) -> tuple[int, int]:
    """As on AWS, the start is rounded down to a minute if no period is shorter."""
    if start >= end:
        raise MetricsValidationError("The parameter StartTime must be less than the parameter EndTime.")
    periods = [stat["Period"] for query in queries if (stat := query.get("MetricStat"))]
    first = int(start.timestamp())
    if min(periods, default=_MINUTE) >= _MINUTE:
        first -= first % _MINUTE
    return first, int(end.timestamp())


def _results(queries: Queries) -> Iterator[_Result]:
    """LocalStack adds the statistic or the period to labels where they differ, as AWS does."""
    stats = [stat for query in queries.queries if (stat := query.get("MetricStat"))]
    differing = [name for name in ("Stat", "Period") if len({stat[name] for stat in stats}) > 1]
    for query, several in queries.results():
        for series in several:
            if stat := query.get("MetricStat"):
                default = " ".join((series.label, *(str(stat[name]) for name in differing)))
            else:
                default = series.label if len(several) > 1 else query["Id"]
            yield query, query.get("Label") or default, series


def _page(
    results: Sequence[_Result], offset: int, limit: int, *, ascending: bool
) -> tuple[list[dict[str, Any]], str | None]:
    """The results with `limit` points from `offset` on, and the token of the next page if there is one."""
    page, skipped, left = [], offset, limit
    for query, label, series in results:
        points = sorted(series.points.items(), reverse=not ascending)
        shown = points[skipped : skipped + left]
        is_whole = skipped + left >= len(points)
        skipped, left = max(0, skipped - len(points)), left - len(shown)
        page.append(
            {
                "Id": query["Id"],
                "Label": label,
                "StatusCode": "Complete" if is_whole else "PartialData",
                "Timestamps": [datetime.fromtimestamp(at, UTC) for at, _ in shown],
                "Values": [float(value) for _, value in shown],
            }
        )
    total = sum(len(series.points) for _, _, series in results)
    return page, str(offset + limit) if total > offset + limit else None
