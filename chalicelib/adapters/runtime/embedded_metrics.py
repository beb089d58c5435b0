"""Metrics of CloudWatch, in log lines of its embedded metric format. docs/operations.md explains each.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/
CloudWatch_Embedded_Metric_Format_Specification.html

The format is one JSON object, so it needs no library: aws-embedded-metrics is written for asyncio, and the
logger and metrics of Powertools cost 39 ms of every cold start. Metrics are made of the events that are
logged anyway. They are collected for the length of an invocation, so that a hundred requests of one drain
share a line. What a worker has collected is lost if its process is killed.
"""

import logging
from collections.abc import Callable, Mapping
from functools import cache
from threading import RLock
from typing import Any

from chalicelib.adapters.runtime.clock import SystemClock
from chalicelib.adapters.runtime.metric_names import (
    ATTEMPT_FAILED,
    ATTEMPTS_LOST,
    BATCH,
    CALL,
    COUNTED,
    NAMESPACE,
    OF_HANDLERS,
    SWEEP,
    SWEPT,
    TIMED,
    failed_by,
    latency_of,
    refusal_of,
)
from chalicelib.core.log_events import observe, write_line
from chalicelib.core.time import Millis

MEASURED = "requests measured"  # the event of a line that has nothing but metrics
MOST_VALUES = 100  # of one metric in one line, says the specification
LONGEST_MS = 60_000  # what is older is written before anything is added: a line has one moment for all

type Dimension = tuple[str, str] | None
"""The name and the value of what distinguishes metrics of one stack; None: nothing does."""


class EmbeddedMetrics:
    """Collects the metrics of one process, as an observer of its events."""

    def __init__(self, stack: str, now: Callable[[], Millis], *, by_type: bool = False) -> None:
        """`by_type`: whether requests are measured for each of their types, too."""
        self._stack = stack
        self._now = now
        self._by_type = by_type
        self._since: Millis = 0
        self._values: dict[Dimension, dict[str, list[float]]] = {}
        self._lock = RLock()  # entries of several users enter side by side

    def __call__(self, event: str, level: int, fields: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The line of a call, and that of a sweep, carries what was collected."""
        with self._lock:
            return self._observe(event, level, fields)

    def flush(self) -> None:
        """Write what was collected and is not written yet."""
        with self._lock:
            _write(self._documents())

    def _observe(self, event: str, level: int, fields: Mapping[str, Any]) -> Mapping[str, Any] | None:
        self._observe_request(event, fields)
        if level >= logging.ERROR and event not in OF_HANDLERS:
            self._count(None, "Errors")
        if event == CALL:
            self._observe_call(fields)
        elif event == SWEEP:
            for field, name in SWEPT.items():
                if field in fields:
                    self._add(None, name, fields[field])
        else:
            return None
        documents = self._documents()
        _write(documents[1:])
        return documents[0] if documents else None

    def _observe_request(self, event: str, fields: Mapping[str, Any]) -> None:
        if event == BATCH:
            for type_, count in fields["types"].items():
                self._count(self._dimension(type_), "Accepted", count)
        dimension = self._dimension(fields.get("type"))
        if name := COUNTED.get(event):
            self._count(dimension, name)
        if event in TIMED:
            field, name = TIMED[event]
            if field in fields:
                self._add(dimension, name, fields[field])
        kind = fields.get("kind")
        if event == "request failed":
            self._count(dimension, failed_by(kind))
        lost = kind if event in ATTEMPT_FAILED else fields.get("after")
        if name := ATTEMPTS_LOST.get(str(lost)):
            self._count(dimension, name)

    def _dimension(self, type_: str | None) -> Dimension:
        return ("type", type_) if self._by_type and type_ is not None else None

    def _observe_call(self, fields: Mapping[str, Any]) -> None:
        if not fields.get("wait"):
            self._add(None, latency_of(fields["method"], fields["path"]), fields["took_ms"])
        if name := refusal_of(fields["status"]):
            self._count(None, name)

    def _count(self, dimension: Dimension, name: str, times: int = 1) -> None:
        found = self._group(dimension).setdefault(name, [0])
        found[0] += times

    def _add(self, dimension: Dimension, name: str, value: float) -> None:
        values = self._group(dimension).setdefault(name, [])
        values.append(value)
        if len(values) == MOST_VALUES:
            self.flush()

    def _group(self, dimension: Dimension) -> dict[str, list[float]]:
        now = self._now()
        if self._values and now - self._since > LONGEST_MS:
            self.flush()
        if not self._values:
            self._since = now
        return self._values.setdefault(dimension, {})

    def _documents(self) -> list[dict[str, Any]]:
        """What was collected, as fields of as few lines as possible, and forgotten here."""
        documents = list[dict[str, Any]]()
        for dimension, values in self._values.items():
            taken = {*values, *(dimension or ())[:1]}
            document = next((found for found in documents if taken.isdisjoint(found)), None)
            if document is None:
                metadata = {"Timestamp": self._since, "CloudWatchMetrics": []}
                document = {"_aws": metadata, "stack": self._stack}
                documents.append(document)
            document["_aws"]["CloudWatchMetrics"].append(_directive(dimension, values))
            document |= dict([dimension] if dimension else [])
            document |= {name: found[0] if len(found) == 1 else found for name, found in values.items()}
        self._values = {}
        return documents


def _directive(dimension: Dimension, values: Mapping[str, object]) -> dict[str, Any]:
    """Without units: the names tell them, and each would cost its bytes in every line."""
    sets = [["stack"], *([["stack", dimension[0]]] if dimension else [])]
    return {"Namespace": NAMESPACE, "Dimensions": sets, "Metrics": [{"Name": name} for name in values]}


def _write(documents: list[dict[str, Any]]) -> None:
    for document in documents:
        write_line(MEASURED, document)


@cache
def _metrics_of(stack: str, *, by_type: bool) -> EmbeddedMetrics:
    return EmbeddedMetrics(stack, SystemClock().now, by_type=by_type)


def configure(stack: str, *, by_type: bool) -> Callable[[], None]:
    """Have the events of this process measured, and return what writes at the end of an invocation."""
    metrics = _metrics_of(stack, by_type=by_type)
    observe(metrics)
    return metrics.flush
