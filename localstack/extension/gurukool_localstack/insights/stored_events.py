"""The stored log events of LocalStack."""

import base64
import binascii
import json
from collections.abc import Iterable, Iterator
from typing import Any

from moto.logs.models import logs_backends

from gurukool_localstack.insights.discovery import Event


def backend(place: tuple[str, str]) -> Any:
    account, region = place
    return logs_backends[account][region]


def events(place: tuple[str, str], groups: Iterable[str], start: int, end: int) -> Iterator[Event]:
    """The stored events from `start` until before `end`, in milliseconds."""
    for group in groups:
        for stream in list(backend(place).groups[group].streams.values()):
            name = stream.log_stream_name
            for stored in list(stream.events):
                if start <= stored.timestamp < end:
                    yield _event(stored, group, name)


def _event(stored: Any, group: str, stream: str) -> Event:
    pointer = base64.urlsafe_b64encode(json.dumps([group, stream, stored.event_id]).encode()).decode()
    return Event(stored.timestamp, stored.ingestion_time, stored.message, group, stream, pointer)


def pointed_at(place: tuple[str, str], pointer: str) -> Event | None:
    """The event with this pointer; None if there is none."""
    try:
        group, stream, event_id = json.loads(base64.urlsafe_b64decode(pointer))
        stored = backend(place).groups[group].streams[stream].events
        return next(_event(event, group, stream) for event in stored if event.event_id == event_id)
    except (binascii.Error, ValueError, TypeError, KeyError, StopIteration):
        return None
