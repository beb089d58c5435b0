"""What subscription filters pass on is delivered by a thread of its own for each subscriber, in order.

LocalStack calls the subscriber while it stores the events: a slow function held up the log lines of all
functions, and one that failed lost them.
"""

import logging
import threading
import time
from collections import deque
from types import SimpleNamespace
from typing import Any

from localstack.services.logs.provider import LogEvent
from localstack.services.logs.provider import MotoLogStream as LogStream  # when LocalStack has changed it

LOG = logging.getLogger(__name__)

MOST_BATCHES = 1_000  # that wait for one subscriber; a function's stream has at most ten a second

type _Name = tuple[str, str, str, str]  # of a subscriber: its account, region, log group, and own name
type _Batch = tuple[LogStream, dict[str, Any], list[dict[str, Any]]]  # what `_deliver` takes

_stock_put = LogStream.put_log_events
_lock = threading.Lock()
_waiting: dict[_Name, deque[_Batch]] = {}  # of the subscribers that a thread is delivering to


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
        if not _accept(stream, name, subscriber, log_events):
            LOG.warning(
                "%d events of %s are dropped: the subscriber %s is too slow, and %d batches wait for it.",
                *(len(log_events), stream.log_group.name, name, MOST_BATCHES),
            )
    return f"{stream.upload_sequence_token:056d}"


def _accept(stream: LogStream, name: str, subscriber: Any, log_events: list[dict[str, Any]]) -> bool:
    """Whether there is room. A thread delivers the events behind those that wait, and ends when none do."""
    key = (stream.account_id, stream.region, stream.log_group.name, name)
    batch = (stream, {name: subscriber}, log_events)
    with _lock:
        if key not in _waiting:  # the thread looks when the lock is free again
            threading.Thread(target=_work, args=(key,), name="gurukool-log-subscriber", daemon=True).start()
        waiting = _waiting.setdefault(key, deque())
        if len(waiting) >= MOST_BATCHES:
            return False
        waiting.append(batch)
        return True


def _work(key: _Name) -> None:
    while batch := _next(key):
        _deliver(*batch)


def _next(key: _Name) -> _Batch | None:
    with _lock:
        if waiting := _waiting[key]:
            return waiting.popleft()
        del _waiting[key]
        return None


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
