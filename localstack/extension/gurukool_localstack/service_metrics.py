"""Metrics that SQS, CloudWatch Logs, API Gateway, and Lambda for a whole account have on AWS.

LocalStack has those of SQS only, which are off: it sends each message's in a task and a call of its own. Here
all that happens within a second is one value of a metric, with its count, sum, least and most. The numbers of
messages in queues are in queue_metrics.py.
"""

from collections import defaultdict
from typing import Any, NamedTuple

from localstack.services.sqs.provider import SqsProvider

from gurukool_localstack import metrics
from gurukool_localstack.batcher import Batcher

_PERIOD_SECONDS = 1
_SINGLE = "Milliseconds"  # values of this unit stay single, so that percentiles can be asked for
_EVENT_BYTES = 26  # that CloudWatch Logs adds to the size of each event
_CLIENT_ERRORS, _SERVER_ERRORS = range(400, 500), range(500, 600)


class Source(NamedTuple):
    """A resource that has metrics, or without dimension and name the account."""

    account: str
    region: str
    namespace: str
    dimension: str
    name: str


type _Measured = tuple[Source, str, str, float]
"""The source, the metric, its unit and a value."""


def install() -> None:
    SqsProvider._init_cloudwatch_metrics_reporting = _report  # noqa: SLF001


def _report(provider: SqsProvider) -> None:
    provider.cloudwatch_disabled = True
    provider._cloudwatch_dispatcher = QueueMetrics()  # noqa: SLF001


class QueueMetrics:
    """In place of LocalStack's dispatcher, which the provider calls."""

    def dispatch_metric_message_sent(self, queue: Any, message_body_size: int) -> None:
        self._count(queue, "NumberOfMessagesSent", 1)
        add(self._source(queue), "SentMessageSize", message_body_size, "Bytes")

    def dispatch_metric_message_deleted(self, queue: Any, deleted: int = 1) -> None:
        self._count(queue, "NumberOfMessagesDeleted", deleted)

    def dispatch_metric_received(self, queue: Any, received: int) -> None:
        if received:
            self._count(queue, "NumberOfMessagesReceived", received)
        else:
            self._count(queue, "NumberOfEmptyReceives", 1)

    def _count(self, queue: Any, metric: str, number: int) -> None:
        add(self._source(queue), metric, number, "Count")

    @staticmethod
    def _source(queue: Any) -> Source:
        return Source(queue.account_id, queue.region, "AWS/SQS", "QueueName", queue.name)


def logged(account: str, region: str, group: str, messages: list[str]) -> None:
    """Measures events that a log group gets."""
    source = Source(account, region, "AWS/Logs", "LogGroupName", group)
    add(source, "IncomingLogEvents", len(messages), "None")
    size = sum(len(text.encode(errors="surrogatepass")) + _EVENT_BYTES for text in messages)
    add(source, "IncomingBytes", size, "Bytes")


def answered(account: str, region: str, api: str, status: int, milliseconds: float) -> None:
    """Measures a call of the REST API with this name."""
    source = Source(account, region, "AWS/ApiGateway", "ApiName", api)
    add(source, "Count", 1, "Count")
    add(source, "4XXError", status in _CLIENT_ERRORS, "Count")
    add(source, "5XXError", status in _SERVER_ERRORS, "Count")
    add(source, "Latency", milliseconds, _SINGLE)


def claimed(account: str, region: str, concurrency: int) -> None:
    """Measures how much of the account's concurrency its functions use or have reserved."""
    add(Source(account, region, "AWS/Lambda", "", ""), "ClaimedAccountConcurrency", concurrency, "Count")


def add(source: Source, metric: str, value: float, unit: str) -> None:
    """Sends a value, together with the others of this second."""
    _batcher.put((source, metric, unit, value))


def _flush(measured: list[_Measured]) -> None:
    values: defaultdict[tuple[Source, str, str], list[float]] = defaultdict(list)
    for source, metric, unit, value in measured:
        values[source, metric, unit].append(value)
    for (source, metric, unit), own in values.items():
        datum = {
            "MetricName": metric,
            "Dimensions": [{"Name": source.dimension, "Value": source.name}] if source.dimension else [],
            "Unit": unit,
            **({"Values": own} if unit == _SINGLE else {"StatisticValues": _summary(own)}),
        }
        metrics.put(source.account, source.region, source.namespace, datum)


def _summary(own: list[float]) -> dict[str, float]:
    return {"SampleCount": len(own), "Sum": sum(own), "Minimum": min(own), "Maximum": max(own)}


_batcher: Batcher[_Measured] = Batcher("gurukool-service-metrics", _PERIOD_SECONDS, _flush)
