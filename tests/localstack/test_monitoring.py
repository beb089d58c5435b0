"""Metric filters, and what a template has for monitoring: dashboards, alarms, saved queries."""

import json
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_cloud.emulator import Emulator
from local_cloud.waiting import wait_until
from tests.patience import PATIENCE_S

NAME = f"test-{uuid.uuid4().hex[:12]}"


def metric_filter(**transformation: Any) -> dict[str, Any]:
    properties = {
        "LogGroupName": {"Ref": "LogGroup"},
        "FilterPattern": '{ $.level = "ERROR" }',
        "MetricTransformations": [{"MetricNamespace": NAME, **transformation}],
    }
    return {"Type": "AWS::Logs::MetricFilter", "Properties": properties}


TEMPLATE: dict[str, Any] = {
    "Parameters": {"Threshold": {"Type": "Number", "Default": 1}},
    "Resources": {
        "LogGroup": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": NAME}},
        "Slowness": metric_filter(
            MetricName="Slowness",
            MetricValue="$.ms",
            Unit="Milliseconds",
            Dimensions=[{"Key": "Type", "Value": "$.type"}],
        ),
        "Errors": metric_filter(MetricName="Errors", MetricValue=1, DefaultValue=0),
        "Dashboard": {
            "Type": "AWS::CloudWatch::Dashboard",
            "Properties": {
                "DashboardName": NAME,
                "DashboardBody": {"Fn::Sub": '{"widgets": [${Threshold}]}'},
            },
        },
        "Query": {
            "Type": "AWS::Logs::QueryDefinition",
            "Properties": {
                "Name": NAME,
                "QueryString": {"Fn::Sub": "filter ms > ${Threshold}"},
                "LogGroupNames": [{"Ref": "LogGroup"}],
            },
        },
        "Alarm": {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "AlarmName": NAME,
                "Namespace": NAME,
                "MetricName": "Errors",
                "Statistic": "Sum",
                "Period": 60,
                "EvaluationPeriods": 1,
                "ComparisonOperator": "GreaterThanThreshold",
                "Threshold": {"Ref": "Threshold"},
            },
        },
    },
}


@pytest.fixture(scope="module")
def stack(emulator: Emulator) -> Iterator[Any]:
    client = emulator.client("cloudformation")
    client.create_stack(StackName=NAME, TemplateBody=json.dumps(TEMPLATE))
    assert wait_until(lambda: status(client) == "CREATE_COMPLETE", PATIENCE_S)
    yield client
    client.delete_stack(StackName=NAME)


def status(cloudformation: Any) -> str:
    return str(cloudformation.describe_stacks(StackName=NAME)["Stacks"][0]["StackStatus"])


def log(emulator: Emulator, *lines: dict[str, Any], group: str = NAME) -> None:
    logs, stream = emulator.client("logs"), uuid.uuid4().hex
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    now = time.time_ns() // 1_000_000
    events = [{"timestamp": now, "message": json.dumps(line)} for line in lines]
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


def statistics(emulator: Emulator, metric: str, **dimensions: str) -> tuple[float, float]:
    """How often the metric was sent, and the sum."""
    now = datetime.now(UTC)
    [*points] = emulator.client("cloudwatch").get_metric_statistics(
        Namespace=NAME,
        MetricName=metric,
        Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
        StartTime=now - timedelta(minutes=10),
        EndTime=now + timedelta(minutes=10),
        Period=3600,
        Statistics=["SampleCount", "Sum"],
    )["Datapoints"]
    return (points[0]["SampleCount"], points[0]["Sum"]) if points else (0, 0)


def test_a_metric_filter_counts_and_measures_the_lines_of_its_group(emulator: Emulator, stack: Any) -> None:
    other = f"{NAME}-other"
    emulator.client("logs").create_log_group(logGroupName=other)
    error = {"level": "ERROR", "type": "echo", "ms": 40}
    log(emulator, error, group=other)
    log(emulator, error, error | {"ms": 2.5}, error | {"ms": "long"}, {"level": "INFO", "ms": 1000})
    log(emulator, {"level": "INFO"})
    assert wait_until(lambda: statistics(emulator, "Slowness", Type="echo") == (2, 42.5), PATIENCE_S)
    assert wait_until(lambda: statistics(emulator, "Errors") == (4, 3), 5)  # and once the default value


def test_a_pattern_that_is_none_is_refused(emulator: Emulator, stack: Any) -> None:
    with pytest.raises(ClientError, match="InvalidParameterException"):
        emulator.client("logs").put_metric_filter(
            logGroupName=NAME,
            filterName="broken",
            filterPattern="{ $.level = ",
            metricTransformations=[{"metricName": "M", "metricNamespace": "N", "metricValue": "1"}],
        )


def test_a_template_s_monitoring_is_made_updated_and_deleted(emulator: Emulator, stack: Any) -> None:
    cloudwatch, logs = emulator.client("cloudwatch"), emulator.client("logs")

    def thresholds() -> tuple[Any, Any, Any]:
        [alarm] = cloudwatch.describe_alarms(AlarmNames=[NAME])["MetricAlarms"]
        [query] = logs.describe_query_definitions(queryDefinitionNamePrefix=NAME)["queryDefinitions"]
        body = json.loads(cloudwatch.get_dashboard(DashboardName=NAME)["DashboardBody"])
        return int(alarm["Threshold"]), body["widgets"][0], int(query["queryString"].split()[-1])

    assert thresholds() == (1, 1, 1)
    parameters = [{"ParameterKey": "Threshold", "ParameterValue": "7"}]
    stack.update_stack(StackName=NAME, TemplateBody=json.dumps(TEMPLATE), Parameters=parameters)
    assert wait_until(lambda: status(stack) == "UPDATE_COMPLETE", PATIENCE_S)
    assert thresholds() == (7, 7, 7)
    stack.delete_stack(StackName=NAME)
    assert wait_until(lambda: not cloudwatch.describe_alarms(AlarmNames=[NAME])["MetricAlarms"], PATIENCE_S)
    assert not logs.describe_query_definitions(queryDefinitionNamePrefix=NAME)["queryDefinitions"]
    assert not cloudwatch.list_dashboards(DashboardNamePrefix=NAME)["DashboardEntries"]
