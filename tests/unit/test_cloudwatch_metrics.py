"""The deployment's metrics, as they are read from CloudWatch."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from chalicelib.adapters.cloudwatch.metrics import CloudWatchMetrics
from chalicelib.adapters.cloudwatch.queries import METRICS
from chalicelib.core.errors import UnavailableError
from chalicelib.core.identity.measurements import Measure, Span

SPAN = Span.before(1_790_000_000_000, 300_000, 60_000)


class FakeClient:
    """Answers GetMetricData in pages, of which the second has more of one metric."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked: dict[str, Any] = {}
        self._error = error

    def get_paginator(self, operation: str) -> "FakeClient":
        assert operation == "get_metric_data"
        return self

    def paginate(self, **asked: Any) -> Iterator[Any]:
        if self._error:
            raise self._error
        self.asked = asked
        for step, value in ((1, 5.0), (3, 6.0)):
            moment = datetime.fromtimestamp((SPAN.since + step * SPAN.step_ms) / 1000, UTC)
            yield {"MetricDataResults": [{"Id": "accepted", "Timestamps": [moment], "Values": [value]}]}


def test_each_value_is_put_in_its_step() -> None:
    client = FakeClient()
    measured = CloudWatchMetrics(lambda *_, **__: client, "mine").read(SPAN)
    assert measured.values[Measure.ACCEPTED] == [None, 5.0, None, 6.0, None]
    assert measured.values[Measure.FAILED] == [None] * 5
    queries = client.asked["MetricDataQueries"]
    assert {query["Id"] for query in queries} == {measure.value for measure in Measure} == set(METRICS)
    for query in queries:
        assert query["MetricStat"]["Period"] == 60
        assert query["MetricStat"]["Metric"]["Dimensions"] == [{"Name": "stack", "Value": "mine"}]


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "Throttling", "Message": "slower"}}, "GetMetricData"),
        EndpointConnectionError(endpoint_url="https://monitoring.example"),
    ],
)
def test_an_error_of_cloudwatch_is_told_in_the_cores_words(error: Exception) -> None:
    with pytest.raises(UnavailableError, match="CloudWatch"):
        CloudWatchMetrics(lambda *_, **__: FakeClient(error), "mine").read(SPAN)
