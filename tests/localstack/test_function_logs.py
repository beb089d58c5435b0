"""What functions write becomes log events and metrics in CloudWatch."""

import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local_cloud.emulator import Emulator
from local_cloud.waiting import wait_until
from tests.localstack.functions import Function, deploy
from tests.patience import PATIENCE_S

SOURCE = """
    import json, logging, os, sys, time
    print("being imported")

    def handler(event, context):
        print("to stdout")
        print("to stderr", file=sys.stderr)
        logging.getLogger().warning("logged")
        while "until" in event and not os.path.exists(event["until"]):
            time.sleep(0.05)
        if "sleep" in event:
            time.sleep(event["sleep"])
        if "metrics" in event:
            print(json.dumps(event["metrics"]))
        if "raise" in event:
            raise ValueError("no such luck")
        print("without an end", end="")
"""


@pytest.fixture(scope="module")
def function(emulator: Emulator) -> Iterator[Function]:
    function = deploy(emulator, SOURCE)
    yield function
    function.delete()


def messages(emulator: Emulator, function: Function) -> list[str]:
    client = emulator.client("logs")
    try:
        events = client.filter_log_events(logGroupName=function.log_group)["events"]
    except client.exceptions.ResourceNotFoundException:
        return []
    return [event["message"] for event in sorted(events, key=lambda event: int(event["timestamp"]))]


def shape(lines: list[str]) -> list[str]:
    """The lines without what differs from one invocation to the next."""
    return [re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", line.split("\t")[0]) for line in lines]


def test_an_invocation_is_logged_line_by_line_between_start_and_report(
    emulator: Emulator, function: Function
) -> None:
    function.invoke()
    assert wait_until(lambda: any("REPORT" in line for line in messages(emulator, function)), PATIENCE_S)
    assert shape(messages(emulator, function)) == [
        "INIT_START Runtime Version: python3.13",
        "being imported",
        "START RequestId: ID Version: $LATEST",
        "to stdout",
        "to stderr",
        "[WARNING]",
        "without an end",
        "END RequestId: ID",
        "REPORT RequestId: ID",
    ]


def test_the_answer_brings_the_end_of_the_log(function: Function) -> None:
    function.invoke()  # the first invocation of a process also brings what the import has written
    log = function.invoke().log
    assert shape(log.splitlines())[0] == "START RequestId: ID Version: $LATEST"
    assert re.search(r"\tBilled Duration: \d+ ms\tMemory Size: 256 MB\tMax Memory Used: \d+ MB$", log.strip())


def test_a_line_can_be_read_while_the_function_still_runs(emulator: Emulator, tmp_path: Path) -> None:
    function, read = deploy(emulator, SOURCE, Timeout=60), tmp_path / "read"
    emulator.client("lambda").invoke(
        FunctionName=function.name, InvocationType="Event", Payload=json.dumps({"until": str(read)})
    )
    assert wait_until(lambda: "to stdout" in messages(emulator, function), PATIENCE_S)
    assert not any(line.startswith("REPORT") for line in messages(emulator, function))
    read.touch()
    function.delete()


def test_a_traceback_is_one_event(emulator: Emulator, function: Function) -> None:
    function.invoke(**{"raise": True})
    assert wait_until(lambda: any("[ERROR]" in line for line in messages(emulator, function)), PATIENCE_S)
    (error,) = [line for line in messages(emulator, function) if "[ERROR]" in line]
    assert error.startswith("[ERROR] ValueError: no such luck\nTraceback (most recent call last):\n")


def test_a_line_in_the_embedded_metric_format_becomes_metrics(emulator: Emulator, function: Function) -> None:
    for value in (1, [2, 3]):
        function.invoke(metrics=embedded_metrics(value))
    assert wait_until(lambda: total(emulator, "Test", "Latency", "Handler", "echo") == 6, PATIENCE_S)


def test_invocations_and_errors_are_counted(emulator: Emulator) -> None:
    function = deploy(emulator, SOURCE)
    function.invoke()
    function.invoke(**{"raise": True})
    for metric, count in (("Invocations", 2), ("Errors", 1)):
        assert wait_until(
            lambda: total(emulator, "AWS/Lambda", metric, "FunctionName", function.name) == count,  # noqa: B023
            PATIENCE_S,
        )
    function.delete()


def embedded_metrics(value: Any) -> dict[str, Any]:
    directive = {
        "Namespace": "Test",
        "Dimensions": [["Handler"]],
        "Metrics": [{"Name": "Latency", "Unit": "Count"}],
    }
    aws = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}
    return {"_aws": aws, "Handler": "echo", "Latency": value}


def total(emulator: Emulator, namespace: str, metric: str, dimension: str, value: str) -> float:
    now = datetime.now(UTC)
    answer = emulator.client("cloudwatch").get_metric_statistics(
        Namespace=namespace,
        MetricName=metric,
        Dimensions=[{"Name": dimension, "Value": value}],
        StartTime=now - timedelta(minutes=5),
        EndTime=now + timedelta(minutes=5),
        Period=60,
        Statistics=["Sum"],
    )
    return float(sum(point["Sum"] for point in answer["Datapoints"]))


def test_a_line_that_only_looks_like_metrics_is_just_a_line(function: Function) -> None:
    assert function.invoke(metrics={"_aws": "no", "Handler": json.dumps("x")}).error is None


def test_a_filter_pattern_selects_lines(emulator: Emulator, function: Function) -> None:
    function.invoke()
    client = emulator.client("logs")

    def found(pattern: str) -> set[str]:
        answer = client.filter_log_events(logGroupName=function.log_group, filterPattern=pattern)
        return {event["message"] for event in answer["events"]}

    assert wait_until(lambda: "to stderr" in found("to -stdout"), PATIENCE_S)
    assert not found("to -stderr") & {"to stderr"}


def statistics(emulator: Emulator, name: str, dimensions: dict[str, str], *stats: str) -> list[float]:
    """The statistics of a metric over the last and the next five minutes."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    metric = {
        "Namespace": "Statistics",
        "MetricName": name,
        "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
    }
    answer = emulator.client("cloudwatch").get_metric_data(
        MetricDataQueries=[
            {"Id": f"q{n}", "MetricStat": {"Metric": metric, "Period": 3600, "Stat": stat}}
            for n, stat in enumerate(stats)
        ],
        StartTime=now - timedelta(minutes=5),
        EndTime=now + timedelta(minutes=5),
    )
    return [value for result in answer["MetricDataResults"] for value in result["Values"]]


def test_percentiles_and_sets_of_dimensions(emulator: Emulator) -> None:
    """A metric of some dimensions is another one than that of fewer: nothing is counted twice."""
    client = emulator.client("cloudwatch")
    for names in (["Type"], ["Type", "Lane"]):
        dimensions = [{"Name": name, "Value": "a"} for name in names]
        datum = {"MetricName": "Wait", "Dimensions": dimensions, "Values": [float(n) for n in range(1, 101)]}
        client.put_metric_data(Namespace="Statistics", MetricData=[datum])
    summary = {"SampleCount": 2, "Sum": 300, "Minimum": 100, "Maximum": 200}
    client.put_metric_data(
        Namespace="Statistics", MetricData=[{"MetricName": "Wait", "StatisticValues": summary}]
    )

    stats = ("p50", "p99.5", "SampleCount", "Average", "Minimum")
    assert statistics(emulator, "Wait", {"Type": "a"}, *stats) == [50.5, 99.505, 100, 50.5, 1]
    assert statistics(emulator, "Wait", {}, "SampleCount", "Average", "Maximum") == [2, 150, 200]
    assert statistics(emulator, "Wait", {"Type": "b"}, "Sum") == []


def test_percentiles_of_what_lambda_measures(emulator: Emulator, function: Function) -> None:
    function.invoke(sleep=0.2)

    def longest() -> float:
        now = datetime.now(UTC)
        points = emulator.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName="Duration",
            Dimensions=[{"Name": "FunctionName", "Value": function.name}],
            StartTime=now - timedelta(minutes=5),
            EndTime=now + timedelta(minutes=5),
            Period=3600,
            ExtendedStatistics=["p100"],
        )["Datapoints"]
        return max((point["ExtendedStatistics"]["p100"] for point in points), default=0)

    assert wait_until(lambda: longest() > 200, PATIENCE_S)
