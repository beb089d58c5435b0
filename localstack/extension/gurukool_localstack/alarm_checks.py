"""Refuses alarms that AWS refuses, and those that the local cloud could not evaluate."""

from collections.abc import Mapping
from typing import Any

from gurukool_localstack.alarm_evaluation import COMPARISONS
from gurukool_localstack.metric_data import MetricsValidationError
from gurukool_localstack.metric_math.queries import expression_of
from gurukool_localstack.metric_math.series import MathError


def check(request: Mapping[str, Any]) -> None:
    """Raises MetricsValidationError."""
    if request["ComparisonOperator"] not in COMPARISONS:
        raise MetricsValidationError("The local cloud has no alarms on anomaly detection.")
    if request.get("Threshold") is None:
        raise MetricsValidationError("Threshold is required.")
    if (request.get("DatapointsToAlarm") or 0) > request["EvaluationPeriods"]:
        raise MetricsValidationError("DatapointsToAlarm must not be greater than EvaluationPeriods.")
    if not request.get("Metrics"):
        if not (request.get("MetricName") and request.get("Namespace") and request.get("Period")):
            raise MetricsValidationError("MetricName, Namespace and Period are required, or Metrics.")
        if bool(request.get("Statistic")) == bool(request.get("ExtendedStatistic")):
            raise MetricsValidationError("Exactly one of Statistic and ExtendedStatistic is required.")
        return
    returned = [query for query in request["Metrics"] if query.get("ReturnData", True) is not False]
    if len(returned) != 1:
        raise MetricsValidationError("Exactly one element of the metrics list should return data.")
    try:
        called = [expression_of(query).functions for query in request["Metrics"] if query.get("Expression")]
    except MathError as error:
        raise MetricsValidationError(str(error)) from None
    if any("SEARCH" in functions for functions in called):
        raise MetricsValidationError("SEARCH is not supported on Metric Alarms.")
