"""Structured logs: one JSON object a line, for CloudWatch Logs."""

import json
import logging
import os
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

from chalicelib.core.request import Millis

LAST_MOMENT: Millis = 253_402_300_799_000  # 9999-12-31T23:59:59Z

_invocation: dict[str, str] = {}  # one invocation at a time: Lambda gives each environment one


def configure(level: str) -> None:
    """Safe to call for every invocation."""
    logger = logging.getLogger("gurukool")
    if not logger.handlers:
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(JsonFormatter())
        logger.addHandler(handler)
        logger.propagate = False
    logger.setLevel(level)


def flush() -> None:
    """Before the process is ended without Python's own clean-up."""
    for handler in logging.getLogger("gurukool").handlers:
        handler.flush()


def begin_invocation(function: str, request_id: str) -> None:
    """Every line from now on tells which invocation it belongs to."""
    _invocation.clear()
    bind(function=function, request_id=request_id)


def bind(**fields: str) -> None:
    """Every further line of this invocation has these fields too, unless it has its own of the same name."""
    _invocation.update(fields)


class JsonFormatter(logging.Formatter):
    """time, level and event first, then the invocation's fields and the event's own."""

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = getattr(record, "fields", {})
        exception = fields.get("exception")
        if isinstance(exception, BaseException):
            fields = {**fields, "exception": "".join(traceback.format_exception(exception))}
        line = {
            "time": iso(int(record.created * 1000)),
            "level": record.levelname,
            "event": record.getMessage(),
            **_invocation,
            **fields,
        }
        if trace := _trace_id():
            line["trace"] = trace
        return json.dumps(line, default=str)


def iso(moment: Millis) -> str:
    """ISO 8601, UTC, with milliseconds; what is beyond the calendar is shown as its last moment."""
    shown = datetime.fromtimestamp(min(max(0, moment), LAST_MOMENT) / 1000, UTC)
    return shown.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _trace_id() -> str | None:
    """The root of X-Ray's header, which Lambda sets for each invocation: Root=1-…;Parent=…;Sampled=…

    A caller may choose it by sending `X-Amzn-Trace-Id`: it helps to find lines, and proves nothing.
    """
    parts = dict(part.partition("=")[::2] for part in os.environ.get("_X_AMZN_TRACE_ID", "").split(";"))
    return parts.get("Root")
