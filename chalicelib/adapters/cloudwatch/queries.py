"""What is asked of CloudWatch for each measure, and how its answer is read.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from chalicelib.core.identity.measurements import Measure, Measured, Span

NAMESPACE: Final = "Gurukool"
# The metric and the statistic.
METRICS: Final[Mapping[Measure, tuple[str, str]]] = {
    Measure.ACCEPTED: ("Accepted", "Sum"),
    Measure.STARTED: ("Started", "Sum"),
    Measure.SUCCEEDED: ("Succeeded", "Sum"),
    Measure.FAILED: ("Failed", "Sum"),
    Measure.CANCELLED: ("Cancelled", "Sum"),
    Measure.EXPIRED: ("Expired", "Sum"),
    Measure.RETRIED: ("Retried", "Sum"),
    Measure.TIMED_OUT: ("TimedOut", "Sum"),
    Measure.CRASHED: ("Crashed", "Sum"),
    Measure.WAIT_P50_MS: ("WaitMs", "p50"),
    Measure.WAIT_P99_MS: ("WaitMs", "p99"),
    Measure.RUN_P50_MS: ("RunMs", "p50"),
    Measure.RUN_P99_MS: ("RunMs", "p99"),
    Measure.OLDEST_AGE_SECONDS: ("OldestAgeSeconds", "Maximum"),
    Measure.CLIENT_ERRORS: ("ClientErrors", "Sum"),
    Measure.THROTTLED: ("Throttled", "Sum"),
    Measure.SERVER_ERRORS: ("ServerErrors", "Sum"),
    Measure.ERRORS: ("Errors", "Sum"),
}


def request(stack: str, span: Span) -> dict[str, Any]:
    """The parameters of GetMetricData."""
    return {
        "MetricDataQueries": [_query(stack, measure, span.step_ms // 1000) for measure in METRICS],
        "StartTime": datetime.fromtimestamp(span.since / 1000, UTC),
        "EndTime": datetime.fromtimestamp(span.until / 1000, UTC),
        "ScanBy": "TimestampAscending",
    }


def _query(stack: str, measure: Measure, seconds: int) -> dict[str, Any]:
    name, statistic = METRICS[measure]
    dimensions = [{"Name": "stack", "Value": stack}]
    metric = {"Namespace": NAMESPACE, "MetricName": name, "Dimensions": dimensions}
    return {"Id": measure.value, "MetricStat": {"Metric": metric, "Period": seconds, "Stat": statistic}}


def measured(span: Span, pages: Iterable[Mapping[str, Any]]) -> Measured:
    """The answer, whose results may be spread over several pages."""
    empty: list[float | None] = [None] * len(span.moments)
    values = {measure: list(empty) for measure in Measure}
    for result in (result for page in pages for result in page["MetricDataResults"]):
        for moment, value in zip(result["Timestamps"], result["Values"], strict=True):
            step = (round(moment.timestamp() * 1000) - span.since) // span.step_ms
            if 0 <= step < len(empty):
                values[Measure(result["Id"])][step] = value
    return Measured(span, values)
