"""What subscription filters pass on is delivered by threads of its own.

LocalStack calls the subscriber while it stores the events: a slow function held up the log lines of all
functions, and one that failed lost them.
"""

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

from localstack.services.logs.provider import LogEvent
from localstack.services.logs.provider import MotoLogStream as LogStream  # when LocalStack has changed it

LOG = logging.getLogger(__name__)

_THREADS = 8

_stock_put = LogStream.put_log_events
_threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="gurukool-log-subscribers")


def install() -> None:
    LogStream.put_log_events = _put


def _put(stream: LogStream, log_events: list[dict[str, Any]]) -> str:
    """Stores the events, and has them delivered to each subscriber."""
    now = time.time_ns() // 1_000_000
    stream.last_ingestion_time = now
    stream.stored_bytes += sum(len(event["message"]) for event in log_events)
    stream.events += [LogEvent(now, event) for event in log_events]
    stream.upload_sequence_token += 1
    for name, subscriber in list(stream.log_group.subscription_filters.items()):
        _threads.submit(_deliver, stream, {name: subscriber}, log_events)
    return f"{stream.upload_sequence_token:056d}"


def _deliver(stream: LogStream, subscribers: dict[str, Any], log_events: list[dict[str, Any]]) -> None:
    """By LocalStack's own method, for a stream in which the events need not stay."""
    group = stream.log_group.name
    passing = SimpleNamespace(
        account_id=stream.account_id,
        region=stream.region,
        log_group=SimpleNamespace(name=group, subscription_filters=subscribers),
        log_stream_name=stream.log_stream_name,
        stored_bytes=0,
        events=[],
        upload_sequence_token=0,
    )
    try:
        _stock_put(passing, log_events)
    except Exception as error:  # noqa: BLE001  (on AWS, what a subscriber does not take is lost in the end, too)
        LOG.warning("A subscriber of %s did not take its events: %s", group, error)
