"""What the core has to say while it works. One vocabulary: queue, request and wake-up as subjects."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

type Observer = Callable[[str, int, Mapping[str, Any]], Mapping[str, Any] | None]
"""Sees each event with its level and its fields, such as to measure how often it happens.

The fields that it returns are added to the event's line, which is then written whatever the level is.
"""

_logger = logging.getLogger("gurukool")
_observer: Observer | None = None


def observe(observer: Observer | None) -> None:
    """Have `observer` see all events of this process from now on; None: nobody sees them."""
    global _observer  # noqa: PLW0603 - as the logger, which is one for each process too
    _observer = observer


def log_event(event: str, *, level: int = logging.INFO, **fields: Any) -> None:
    """Log one event, such as "request started", with its fields: user, seq, type, …"""
    if _observer is not None and (more := _observer(event, level, fields)):
        write_line(event, {**fields, **more}, level)
    elif _logger.isEnabledFor(level):
        write_line(event, fields, level)


def write_line(event: str, fields: Mapping[str, Any], level: int = logging.INFO) -> None:
    """Write an event's line whatever the level of the log is, and show it to no observer.

    The logger's own methods would look for the caller's file and line, which no line of ours has.
    """
    record = _logger.makeRecord(_logger.name, level, "", 0, event, (), None, extra={"fields": fields})
    _logger.handle(record)
