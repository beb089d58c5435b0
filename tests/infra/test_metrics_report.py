"""What `make metrics` prints."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from infra.metrics import report


class FakeCloudWatch:
    """Has one value of each of these metrics, at the beginning of whatever is asked for."""

    def __init__(self, values: Mapping[str, float]) -> None:
        self._values = values
        self.periods = set[int]()

    def get_paginator(self, _: str) -> "FakeCloudWatch":
        return self

    def paginate(self, **asked: Any) -> Iterator[Any]:
        queries = asked["MetricDataQueries"]
        self.periods |= {query["MetricStat"]["Period"] for query in queries}
        length = (asked["EndTime"] - asked["StartTime"]).total_seconds()
        assert {query["MetricStat"]["Period"] for query in queries} == {length}, "one value for all of it"
        assert asked["EndTime"] > datetime.now(UTC)
        found = {query["Id"]: self._values.get(query["Id"]) for query in queries}
        results = [
            {"Id": id_, "Timestamps": [asked["StartTime"]], "Values": [value]}
            for id_, value in found.items()
            if value is not None
        ]
        yield {"MetricDataResults": results}


def test_traffic_outcomes_and_waits_of_the_last_hour_and_day() -> None:
    client = FakeCloudWatch(
        {"accepted": 1_234, "succeeded": 1_200, "failed": 3, "wait_p50_ms": 12.3, "wait_p99_ms": 4_250}
    )
    hour, day = report(client, "mine").split("\n\n")
    assert hour.splitlines() == [
        "The last hour",
        "  requests  1,234 accepted, 1,200 succeeded, 3 failed, 0 cancelled, 0 expired",
        "  attempts  0 started, 0 retried, 0 timed out, 0 crashed",
        "  calls     0 client errors, 0 throttled, 0 server errors",
        "  waits     p50 12 ms, p99 4.2 s",
        "  runs      p50 ?, p99 ?",
        "  overdue   ? at most",
    ]
    assert day.startswith("The last day")
    assert client.periods == {3_600, 86_400}


def test_a_stack_without_metrics_says_why() -> None:
    assert "Metrics is off" in report(FakeCloudWatch({}), "mine")
