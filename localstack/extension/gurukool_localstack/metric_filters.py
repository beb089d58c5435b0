"""Metric filters of CloudWatch Logs: log events that become metrics.

LocalStack applies each filter to the events of all log groups, and ignores `$.field` as a value, dimensions,
units and default values.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.api.logs import InvalidParameterException
from localstack.services.logs.provider import LogsProvider
from localstack.services.moto import call_moto
from moto.logs.models import logs_backends

from gurukool_localstack import metrics
from gurukool_localstack.filter_patterns import PatternError, compiled
from gurukool_localstack.metric_filter_data import data

LOG = logging.getLogger(__name__)


def install() -> None:
    LogsProvider.put_log_events = _put_log_events
    LogsProvider.put_metric_filter = _put_metric_filter


def apply(place: tuple[str, str], group: str, events: Sequence[Mapping[str, Any]]) -> None:
    """Sends the metrics of events that were put into a log group of an account and region.

    The events are stored, so a filter that fails is only logged.
    """
    account, region = place
    for each in list(logs_backends[account][region].filters.metric_filters):
        if each["logGroupName"] == group:
            try:
                _apply(place, each, events)
            except Exception:
                said = "Not all metrics of %d events were sent by the filter %s of %s"
                LOG.exception(said, len(events), each["filterName"], group)


def _apply(place: tuple[str, str], described: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> None:
    for transformation in described["metricTransformations"]:
        for datum in data(described["filterPattern"] or "", transformation, events):
            metrics.put(*place, transformation["metricNamespace"], datum)


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
