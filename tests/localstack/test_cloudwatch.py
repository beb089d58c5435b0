"""Metric math, alarms and metric filters by the calls of CloudWatch's API."""

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_cloud.emulator import Emulator
from local_cloud.waiting import wait_until
from tests.patience import PATIENCE_S


@pytest.fixture(scope="module")
def cloudwatch(emulator: Emulator) -> Any:
    return emulator.client("cloudwatch")


@pytest.fixture
def namespace() -> str:
    return f"Test/{uuid.uuid4().hex[:8]}"


def put(cloudwatch: Any, namespace: str, name: str, *values: float, **dimensions: str) -> None:
    named = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    data = {"MetricName": name, "Dimensions": named, "Values": list(values)}
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=[data])


def stat(query_id: str, namespace: str, name: str, statistic: str = "Sum", **options: Any) -> dict[str, Any]:
    metric = {"Namespace": namespace, "MetricName": name}
    return {"Id": query_id, "MetricStat": {"Metric": metric, "Period": 300, "Stat": statistic}, **options}


def values(cloudwatch: Any, *queries: dict[str, Any]) -> dict[str, list[float]]:
    now = datetime.now(UTC)
    answer = cloudwatch.get_metric_data(
        MetricDataQueries=queries, StartTime=now - timedelta(minutes=2), EndTime=now + timedelta(minutes=2)
    )
    return {result["Label"]: result["Values"] for result in answer["MetricDataResults"]}


def test_expressions_combine_metrics(cloudwatch: Any, namespace: str) -> None:
    put(cloudwatch, namespace, "Errors", 1, 2)
    put(cloudwatch, namespace, "Calls", 10, 20, 30)
    errors, calls = stat("m1", namespace, "Errors", ReturnData=False), stat("m2", namespace, "Calls")
    rate = {"Id": "rate", "Expression": "m1 / m2 * 100", "Label": "Error rate"}
    filled = {"Id": "filled", "Expression": "FILL(m3, 7)"}
    missing = stat("m3", namespace, "Missing", ReturnData=False)
    assert values(cloudwatch, errors, calls, rate, missing, filled) == {
        "Calls": [60],
        "Error rate": [5],
        "filled": [7],
    }


def test_a_search_finds_metrics_by_their_dimensions(cloudwatch: Any, namespace: str) -> None:
    put(cloudwatch, namespace, "Calls", 1, Function="api")
    put(cloudwatch, namespace, "Calls", 2, Function="api=2")
    put(cloudwatch, namespace, "Calls", 3, Function="api", Type="echo")
    text = f'{{{namespace},Function}} MetricName="Calls"'
    search = {"Id": "s", "Expression": f"SEARCH('{text}', 'Sum', 300)", "ReturnData": False}
    total = {"Id": "t", "Expression": "SUM(s)"}
    assert values(cloudwatch, search, total) == {"t": [3]}
    assert values(cloudwatch, search | {"ReturnData": True}) == {"Calls api": [1], "Calls api=2": [2]}


def test_metrics_are_listed_by_whole_dimensions(cloudwatch: Any, namespace: str) -> None:
    put(cloudwatch, namespace, "Calls", 1, Function="api")
    put(cloudwatch, namespace, "Calls", 1, Function="api2")
    wanted = [{"Name": "Function", "Value": "api"}]
    [metric] = cloudwatch.list_metrics(Namespace=namespace, Dimensions=wanted)["Metrics"]
    assert metric["Dimensions"] == wanted


def test_a_wrong_expression_is_refused(cloudwatch: Any, namespace: str) -> None:
    with pytest.raises(ClientError, match="Error in expression 'e'") as caught:
        values(cloudwatch, {"Id": "e", "Expression": "m1 / UNHEARD(m1)"})
    assert caught.value.response["Error"]["Code"] == "ValidationError"


def test_results_come_in_pages(cloudwatch: Any, namespace: str) -> None:
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    for minutes in range(3):
        data = {"MetricName": "Calls", "Value": minutes, "Timestamp": now - timedelta(minutes=minutes)}
        cloudwatch.put_metric_data(Namespace=namespace, MetricData=[data])
    query = stat("m", namespace, "Calls")
    query["MetricStat"]["Period"] = 60
    request = {
        "MetricDataQueries": [query],
        "StartTime": now - timedelta(minutes=5),
        "EndTime": now + timedelta(minutes=1),
        "MaxDatapoints": 2,
    }
    first = cloudwatch.get_metric_data(**request)
    second = cloudwatch.get_metric_data(**request, NextToken=first["NextToken"])
    assert [answer["MetricDataResults"][0]["Values"] for answer in (first, second)] == [[0, 1], [2]]
    assert "NextToken" not in second


def test_a_dashboard_is_stored(cloudwatch: Any) -> None:
    body = json.dumps({"widgets": []})
    cloudwatch.put_dashboard(DashboardName="test", DashboardBody=body)
    assert cloudwatch.get_dashboard(DashboardName="test")["DashboardBody"] == body
    cloudwatch.delete_dashboards(DashboardNames=["test"])


class Alarms:
    """Makes alarms that send to a topic, and deletes them at the end."""

    def __init__(self, emulator: Emulator) -> None:
        self.cloudwatch = emulator.client("cloudwatch")
        self._sns, self._sqs = emulator.client("sns"), emulator.client("sqs")
        name = f"alarms-{uuid.uuid4().hex[:8]}"
        self._topic = self._sns.create_topic(Name=name)["TopicArn"]
        self._queue = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])
        endpoint = arn["Attributes"]["QueueArn"]
        self._sns.subscribe(TopicArn=self._topic, Protocol="sqs", Endpoint=endpoint)
        self._made: list[str] = []

    def put(self, **options: Any) -> str:
        """Makes an alarm, or replaces the one with the `AlarmName` that is given."""
        name = options.pop("AlarmName", f"alarm-{uuid.uuid4().hex[:8]}")
        defaults = {
            "ComparisonOperator": "GreaterThanThreshold",
            "EvaluationPeriods": 1,
            "Threshold": 10,
            "TreatMissingData": "notBreaching",
            "AlarmActions": [self._topic],
        }
        self.cloudwatch.put_metric_alarm(AlarmName=name, **defaults | options)
        self._made.append(name)
        return str(name)

    def state(self, name: str) -> str:
        [alarm] = self.cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        return str(alarm["StateValue"])

    def message(self) -> dict[str, Any]:
        """The next message of an alarm."""
        found = self._sqs.receive_message(QueueUrl=self._queue, WaitTimeSeconds=20)["Messages"]
        return dict(json.loads(json.loads(found[0]["Body"])["Message"]))

    def end(self) -> None:
        self.cloudwatch.delete_alarms(AlarmNames=self._made)
        self._sns.delete_topic(TopicArn=self._topic)
        self._sqs.delete_queue(QueueUrl=self._queue)


@pytest.fixture
def alarms(emulator: Emulator) -> Iterator[Alarms]:
    made = Alarms(emulator)
    yield made
    made.end()


def test_alarms_on_a_percentile_and_on_an_expression_are_raised_and_sent(
    alarms: Alarms, cloudwatch: Any, namespace: str
) -> None:
    metric = {"Namespace": namespace, "MetricName": "Latency", "Period": 60}
    slow = alarms.put(**metric, ExtendedStatistic="p90")
    never = alarms.put(**metric, ExtendedStatistic="p5")
    part = stat("m1", namespace, "Latency", "Maximum", ReturnData=False)
    ratio = alarms.put(Metrics=[part, {"Id": "e1", "Expression": "m1 / 4"}])
    assert wait_until(lambda: alarms.state(slow) == alarms.state(ratio) == "OK", PATIENCE_S)
    put(cloudwatch, namespace, "Latency", *range(1, 101))
    assert wait_until(lambda: alarms.state(slow) == alarms.state(ratio) == "ALARM", PATIENCE_S)
    assert alarms.state(never) == "OK"
    messages = [alarms.message(), alarms.message()]
    assert {(each["AlarmName"], each["NewStateValue"]) for each in messages} == {
        (slow, "ALARM"),
        (ratio, "ALARM"),
    }
    [with_metrics] = [each for each in messages if each["AlarmName"] == ratio]
    assert [each["Id"] for each in with_metrics["Trigger"]["Metrics"]] == ["m1", "e1"]


@pytest.mark.parametrize(
    "options",
    [
        {"Metrics": [{"Id": "e1", "Expression": "SEARCH('{A,B}', 'Sum', 60)"}]},
        {"Metrics": [{"Id": "e1", "Expression": "m1 +"}]},
        {"Metrics": [{"Id": "e1", "Expression": "TIME_SERIES(1)", "ReturnData": False}]},
        {"Namespace": "N", "MetricName": "M", "Period": 60},
        {"Namespace": "N", "MetricName": "M", "Period": 60, "Statistic": "Sum", "DatapointsToAlarm": 2},
        {"ComparisonOperator": "GreaterThanUpperThreshold"},
    ],
)
def test_an_alarm_that_cannot_be_evaluated_is_refused(alarms: Alarms, options: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="ValidationError"):
        alarms.put(**options)


def test_an_alarm_that_is_replaced_keeps_its_state(alarms: Alarms, namespace: str) -> None:
    metric = {"Namespace": namespace, "MetricName": "Errors", "Period": 60, "Statistic": "Sum"}
    name = alarms.put(**metric, TreatMissingData="ignore", AlarmActions=[])
    alarms.cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="test")
    alarms.put(**metric, TreatMissingData="ignore", AlarmActions=[], AlarmName=name, Threshold=5)
    assert alarms.state(name) == "ALARM"
