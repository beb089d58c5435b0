"""The fields that Logs Insights finds in a log event.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
"""

import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gurukool_localstack.insights.values import Time, Value

_FIELD_LIMIT = 200  # of one JSON document
_LAMBDA = "/aws/lambda/"  # how the log groups of functions begin
_TYPE = re.compile(r"(START|END|REPORT|INIT_START|INIT_REPORT|EXTENSION)\b")
_REQUEST = re.compile(r"RequestId: ([0-9a-f-]{36})|\t([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\t")
_REPORT = re.compile(r"\t(Init Duration|Duration|Billed Duration|Memory Size|Max Memory Used): ([\d.]+)")
_REPORTED = {
    "Init Duration": ("@initDuration", 1),
    "Duration": ("@duration", 1),
    "Billed Duration": ("@billedDuration", 1),
    "Memory Size": ("@memorySize", 1_000_000),
    "Max Memory Used": ("@maxMemoryUsed", 1_000_000),
}


@dataclass(frozen=True)
class Event:
    """A stored log event."""

    timestamp: int  # milliseconds since the epoch
    ingestion_time: int  # likewise
    message: str
    group: str
    stream: str
    pointer: str  # identifies the event in this cloud


def fields_of(event: Event, account: str) -> dict[str, Value]:
    """All fields of the event, by name."""
    found: dict[str, Value] = {}
    document = _document(event.message, embedded=event.group.startswith(_LAMBDA))
    if isinstance(document, dict):
        found.update(itertools.islice(_flat(document, ""), _FIELD_LIMIT))
    if event.group.startswith(_LAMBDA):
        found.update(_of_function(event.message))
    return found | {
        "@timestamp": Time(event.timestamp),
        "@ingestionTime": Time(event.ingestion_time),
        "@message": event.message,
        "@logStream": event.stream,
        "@log": f"{account}:{event.group}",
        "@ptr": event.pointer,
    }


def _document(message: str, *, embedded: bool) -> Any:
    """The message as JSON, or the first document in the line of a function; None if there is none."""
    start = message.find("{") if embedded else 0
    if start < 0 or not message.startswith("{", start):
        return None
    try:
        return json.JSONDecoder().raw_decode(message, start)[0] if embedded else json.loads(message)
    except ValueError:
        return None


def _flat(value: Any, name: str) -> Iterator[tuple[str, Value]]:
    """The fields of a document; those in it have their path as name, as in `user.roles.0`."""
    if isinstance(value, dict):
        for key, member in value.items():
            # The fields that AWS makes itself begin with one @.
            own = f"@{key}" if not name and key.startswith("@") else key
            yield from _flat(member, f"{name}.{own}" if name else own)
    elif isinstance(value, list):
        for place, member in enumerate(value):
            yield from _flat(member, f"{name}.{place}")
    elif isinstance(value, bool):
        yield name, int(value)
    elif value is not None:
        yield name, value


def _of_function(message: str) -> Iterator[tuple[str, Value]]:
    """The fields of the lines of Lambda, and the request of the lines that have it."""
    if kind := _TYPE.match(message):
        yield "@type", kind[1]
    if request := _REQUEST.search(message):
        yield "@requestId", request[1] or request[2]
    if kind and kind[1] == "REPORT":
        for label, value in _REPORT.findall(message):
            name, factor = _REPORTED[label]
            yield name, float(value) * factor
