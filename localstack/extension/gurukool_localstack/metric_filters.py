"""Metric filters of CloudWatch Logs: log events that become metrics.

LocalStack applies each filter to the events of all log groups, and ignores `$.field` as a value, dimensions,
units and default values.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.api.logs import InvalidParameterException
from localstack.services.logs.provider import LogsProvider
from localstack.services.moto import call_moto
from moto.logs.models import logs_backends

from gurukool_localstack import metrics
from gurukool_localstack.filter_patterns import PatternError, compiled, value_in


def install() -> None:
    LogsProvider.put_log_events = _put_log_events
    LogsProvider.put_metric_filter = _put_metric_filter


def apply(place: tuple[str, str], group: str, events: Sequence[Mapping[str, Any]]) -> None:
    """Sends the metrics of events that were put into a log group of an account and region."""
    account, region = place
    for each in list(logs_backends[account][region].filters.metric_filters):
        if each["logGroupName"] == group:
            for transformation in each["metricTransformations"]:
                for datum in _data(each["filterPattern"] or "", transformation, events):
                    metrics.put(account, region, transformation["metricNamespace"], datum)


def _data(
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
        return None if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None


def _dimensions(message: str, pattern: str, selectors: Mapping[str, str]) -> list[dict[str, str]] | None:
    """None if one of the fields is missing: then AWS makes no metric of the event."""
    values = {name: value_in(message, pattern, selector) for name, selector in selectors.items()}
    if None in values.values():
        return None
    return [{"Name": name, "Value": str(value)} for name, value in values.items()]


def _put_log_events(_provider: LogsProvider, context: RequestContext, **request: Any) -> Any:
    answer = call_moto(context)
    apply((context.account_id, context.region), request["log_group_name"], request["log_events"])
    return answer


def _put_metric_filter(_provider: LogsProvider, context: RequestContext, **request: Any) -> None:
    """Refuses a pattern that is none; a filter with the name of another one replaces it."""
    try:
        compiled(request.get("filter_pattern") or "")
    except PatternError as error:
        raise InvalidParameterException(f"Invalid metric filter pattern: {error}") from None
    filters = logs_backends[context.account_id][context.region].filters
    filters.delete_filter(request["filter_name"], request["log_group_name"])
    call_moto(context)
