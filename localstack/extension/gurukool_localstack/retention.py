"""Deletes log events whose retention is over, and old metrics. LocalStack keeps all of them until it ends.

It has them in memory, so of each log group the newest events only are kept, however long its retention is.
"""

import itertools
import logging
import threading
import time
from collections.abc import Iterator
from typing import Any

from moto.logs.models import logs_backends

from gurukool_localstack import metric_store

LOG = logging.getLogger(__name__)

MOST_EVENTS = 100_000  # of a log group, which are some 70 MB
_PERIOD_SECONDS = 60
_PERIODS_OF_METRICS = 60
_DAY_MILLISECONDS = 86_400_000


def install() -> None:
    threading.Thread(target=_run, name="gurukool-retention", daemon=True).start()


def _run() -> None:
    for period in itertools.count(1):
        time.sleep(_PERIOD_SECONDS)
        delete_events(time.time())
        if period % _PERIODS_OF_METRICS == 0:
            _delete_metrics()


def _delete_metrics() -> None:
    try:
        metric_store.delete_old(time.time())
    except Exception:
        LOG.warning("Old metrics were not deleted; the next attempt is in an hour.", exc_info=True)


def delete_events(now: float) -> None:
    """Deletes the events of each log group that are too old, and the oldest ones above `MOST_EVENTS`.

    A group that fails is logged, and does not keep those of others.
    """
    for group in list(_groups()):
        try:
            _delete_of(group, now)
        except Exception:  # the next time is soon
            LOG.warning("Old log events of %s were not deleted.", group.name, exc_info=True)


def _delete_of(group: Any, now: float) -> None:
    streams = list(group.streams.values())
    days = group.retention_in_days
    if days:
        _delete_before(streams, int(now * 1000) - int(days) * _DAY_MILLISECONDS)
    excess = sum(len(stream.events) for stream in streams) - MOST_EVENTS
    if excess > 0:
        moments = sorted(event.timestamp for stream in streams for event in list(stream.events))
        _delete_before(streams, moments[excess])


def _groups() -> Iterator[Any]:
    for regions in list(logs_backends.values()):
        for backend in list(regions.values()):
            yield from list(backend.groups.values())


def _delete_before(streams: list[Any], moment: int) -> None:
    """Deletes the events of each stream that are older than the moment, in milliseconds since the epoch.

    They need not be in the order of their moments. The list stays the same one, since others add to its end.
    """
    for stream in streams:
        present = list(stream.events)
        recent = [event for event in present if event.timestamp >= moment]
        if len(recent) < len(present):
            stream.events[: len(present)] = recent
