"""Sends the log lines of functions to CloudWatch Logs soon after they are written, many in one call."""

import itertools
import logging
import time
from operator import attrgetter
from typing import Any, NamedTuple

from localstack.aws.connect import connect_to
from localstack.services.lambda_.invocation.execution_environment import ExecutionEnvironment
from localstack.services.lambda_.invocation.logs import LogHandler
from moto.logs.models import logs_backends

from gurukool_localstack import emf, metric_filters, service_metrics
from gurukool_localstack.batcher import Batcher

LOG = logging.getLogger(__name__)

_PERIOD_SECONDS = 0.1


class Stream(NamedTuple):
    """A log stream of CloudWatch Logs."""

    account: str
    region: str
    group: str
    name: str


class Line(NamedTuple):
    stream: Stream
    milliseconds: int  # since the epoch
    text: str


def install() -> None:
    """Turns off LocalStack's own logging, which starts a thread after each invocation to send the lines.

    Lines go to the log group that a function's LoggingConfig names.
    """
    ExecutionEnvironment.get_log_group_name = _log_group
    LogHandler.start_subscriber = lambda _handler: None
    LogHandler.add_logs = lambda _handler, _item: None


def _log_group(environment: ExecutionEnvironment) -> str:
    version = environment.function_version
    group = version.config.logging_config.get("LogGroup")
    return str(group or f"/aws/lambda/{version.id.function_name}")


def write(stream: Stream, text: str) -> None:
    """Sends a line, and the metrics in it if there are any."""
    _batcher.put(Line(stream, time.time_ns() // 1_000_000, text))
    emf.extract(stream.account, stream.region, text)


def _flush(lines: list[Line]) -> None:
    in_order = sorted(lines, key=attrgetter("stream", "milliseconds"))
    for stream, own in itertools.groupby(in_order, attrgetter("stream")):
        events = [{"timestamp": line.milliseconds, "message": line.text} for line in own]
        try:
            _put(stream, events)
        except Exception:  # the lines of other streams must not be lost with these
            LOG.exception("%d lines of %s could not be written and are lost", len(events), stream.group)


def _put(stream: Stream, events: list[dict[str, Any]]) -> None:
    """Adds the events to the stream, by PutLogEvents if there is none yet."""
    backend = logs_backends[stream.account][stream.region]
    group = backend.groups.get(stream.group)
    if group is None or stream.name not in group.streams:
        _call(stream, events)
    else:
        backend.put_log_events(stream.group, stream.name, events)
        metric_filters.apply((stream.account, stream.region), stream.group, events)
    service_metrics.logged(
        stream.account, stream.region, stream.group, [event["message"] for event in events]
    )


def _call(stream: Stream, events: list[dict[str, Any]]) -> None:
    client = connect_to(region_name=stream.region, aws_access_key_id=stream.account).logs
    names = {"logGroupName": stream.group, "logStreamName": stream.name}
    try:
        client.put_log_events(**names, logEvents=events)
    except client.exceptions.ResourceNotFoundException:
        _create(client, stream)
        client.put_log_events(**names, logEvents=events)


def _create(client: Any, stream: Stream) -> None:
    try:
        client.create_log_group(logGroupName=stream.group)
    except client.exceptions.ResourceAlreadyExistsException:
        """Only the stream is new."""
    client.create_log_stream(logGroupName=stream.group, logStreamName=stream.name)


_batcher = Batcher("gurukool-logs", _PERIOD_SECONDS, _flush)
