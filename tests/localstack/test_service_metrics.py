"""What SQS and CloudWatch Logs tell CloudWatch, as on AWS. tests/e2e/test_grafana.py has API Gateway's."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local_cloud.emulator import Emulator
from local_cloud.waiting import wait_until
from tests.localstack.functions import deploy
from tests.patience import PATIENCE_S

LINES = 3
SOURCE = f"""
    def handler(event, context):
        for _ in range({LINES}):
            print("x" * 100)
"""
LEAST_BYTES = LINES * (100 + 26)


class Metrics:
    def __init__(self, emulator: Emulator, namespace: str, **dimension: str) -> None:
        self._client = emulator.client("cloudwatch")
        [(name, value)] = dimension.items()
        self._metric = {"Namespace": namespace, "Dimensions": [{"Name": name, "Value": value}]}

    def statistic(self, metric: str, statistic: str = "Sum") -> float | None:
        """Of the last hour; None if there is no value."""
        now = datetime.now(UTC)
        stat = {"Metric": self._metric | {"MetricName": metric}, "Period": 3600 * 2, "Stat": statistic}
        found: dict[str, Any] = self._client.get_metric_data(
            MetricDataQueries=[{"Id": "m", "MetricStat": stat}],
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(minutes=1),
        )
        [result] = found["MetricDataResults"]
        return float(result["Values"][0]) if result["Values"] else None


def test_a_queue_counts_what_is_sent_received_and_deleted(emulator: Emulator) -> None:
    sqs, name = emulator.client("sqs"), uuid.uuid4().hex
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    for body in ("a", "bcd"):
        sqs.send_message(QueueUrl=queue, MessageBody=body)
    messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    for message in messages:
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)
    metrics = Metrics(emulator, "AWS/SQS", QueueName=name)
    expected = {
        "NumberOfMessagesSent": 2,
        "NumberOfMessagesReceived": 2,
        "NumberOfMessagesDeleted": 2,
        "NumberOfEmptyReceives": 1,
        "SentMessageSize": 4,
    }

    def counted() -> dict[str, float | None]:
        return {metric: metrics.statistic(metric) for metric in expected}

    assert wait_until(lambda: counted() == expected, PATIENCE_S), counted()
    assert metrics.statistic("SentMessageSize", "Maximum") == 3


@pytest.mark.parametrize(("metric", "least"), [("IncomingBytes", LEAST_BYTES), ("IncomingLogEvents", LINES)])
def test_a_log_group_counts_what_it_gets(emulator: Emulator, metric: str, least: int) -> None:
    function = deploy(emulator, SOURCE)
    metrics = Metrics(emulator, "AWS/Logs", LogGroupName=function.log_group)
    try:
        function.invoke()
        assert wait_until(lambda: (metrics.statistic(metric) or 0) >= least, PATIENCE_S)
    finally:
        function.delete()
