"""The fields that Logs Insights finds in a log event.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
"""

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gurukool_localstack.insights import lambda_lines
from gurukool_localstack.insights.values import Time, Value

_FIELD_LIMIT = 200  # of one JSON document
_LAMBDA = "/aws/lambda/"  # how the log groups of functions begin


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
        found.update(itertools.islice(_flat(document), _FIELD_LIMIT))
    if event.group.startswith(_LAMBDA):
        found.update(lambda_lines.fields_of(event.message))
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
    except (ValueError, RecursionError):
        return None


def _flat(document: dict[str, Any]) -> Iterator[tuple[str, Value]]:
    """The fields of a document, however deep it is; those in it have their path as name: `user.roles.0`."""
    levels = [_members(document, "")]
    while levels:
        for name, value in levels[-1]:
            if isinstance(value, dict | list):
                levels.append(_members(value, name))
                break  # the others of this level come when those of the new one have
            if value is not None:
                yield name, int(value) if isinstance(value, bool) else value
        else:
            levels.pop()


def _members(value: dict[str, Any] | list[Any], name: str) -> Iterator[tuple[str, Any]]:
    """What is directly in the value of this name, in its order."""
    if isinstance(value, list):
        for place, member in enumerate(value):
            yield f"{name}.{place}", member
        return
    for key, member in value.items():
        # The fields that AWS makes itself begin with one @.
        own = f"@{key}" if not name and key.startswith("@") else key
        yield f"{name}.{own}" if name else own, member
