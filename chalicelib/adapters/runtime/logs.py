"""Structured logs: one JSON object a line, for CloudWatch Logs.

Lambda passes a line on as it is, if it is JSON and has a `timestamp` and a `level`.
"""

import json
import logging
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from typing import Any

from chalicelib.adapters.runtime import standard_output
from chalicelib.adapters.runtime.printed_lines import printing
from chalicelib.adapters.runtime.standard_output import StandardOutput
from chalicelib.core.time import Millis

LAST_MOMENT: Millis = 253_402_300_799_000  # 9999-12-31T23:59:59Z

COMPACT = ",", ":"  # CloudWatch charges for each byte, and shows JSON in its own layout
# `json.dumps` would make one for each line.
_encode = json.JSONEncoder(default=str, separators=COMPACT).encode
EXCEPTION_LIMIT = 20_000  # characters of a traceback in one line
# They log what they send, at levels below this one; and what a line of theirs says is nobody's event.
QUIET = ("botocore", "urllib3", "pynamodb")

# One invocation at a time, and one request in it: Lambda gives each environment one.
_invocation: dict[str, str] = {}
_request: dict[str, Any] = {}
_level: str | None = None


class _OfThread(threading.local):
    """For a thread beside a handler, which may log when the next request, or invocation, is under way."""

    fields: Mapping[str, Any] | None = None  # instead of the former two


_of_thread = _OfThread()


def configure(level: str) -> None:
    """All loggers write JSON lines to standard output, whatever a handler has done to them since.

    For every invocation. Raises OSError if there is no standard output any more.
    """
    global _level  # noqa: PLW0603 - one process, one level
    _level = level
    standard_output.restore()
    root, ours = logging.getLogger(), logging.getLogger("gurukool")
    if root.manager.disable:
        logging.disable(logging.NOTSET)
    if not any(isinstance(handler, StandardOutput) for handler in root.handlers):
        for handler in [h for h in root.handlers if type(h).__module__.startswith("awslambdaric")]:
            root.removeHandler(handler)  # it writes each line a second time, as plain text
        handler = StandardOutput()
        handler.setFormatter(JsonFormatter())
        root.addHandler(handler)
        for name in QUIET:
            logging.getLogger(name).setLevel(logging.WARNING)
    for logger in (root, ours):
        if logging.getLevelName(logger.level) != level:  # to set it costs every logger its cache
            logger.setLevel(level)
        logger.disabled = False
    ours.propagate = True


def restore() -> None:
    """After every handler: as `configure`, if that was called. Raises nothing."""
    with suppress(OSError):
        if _level is not None:
            configure(_level)


def flush() -> None:
    """Before the process is ended without Python's own clean-up."""
    with suppress(Exception):
        sys.stdout.flush()


def begin_invocation(request_id: str) -> None:
    """Every line from now on tells which invocation it belongs to. The log group tells the function."""
    _invocation.clear()
    bind(request_id=request_id)


def bind(**fields: str) -> None:
    """Every further line of this invocation has these fields too, unless it has its own of the same name."""
    _invocation.update(fields)


@contextmanager
def bound(**fields: Any) -> Iterator[None]:
    """Every line that is logged or printed inside the block, by whatever logger, has these fields."""
    _request.update(fields)
    try:
        with printing(_printed_line) if _level is not None else nullcontext():
            yield
    finally:
        _request.clear()


def present_fields() -> Mapping[str, Any]:
    """Those that every line has now. For `as_of`."""
    return _invocation | _request


@contextmanager
def as_of(fields: Mapping[str, Any]) -> Iterator[None]:
    """Every line that this thread logs inside the block has these fields, and not those of that moment."""
    _of_thread.fields = fields
    try:
        yield
    finally:
        _of_thread.fields = None


class JsonFormatter(logging.Formatter):
    """timestamp, level and event first, then the invocation's fields, the request's, and the event's own."""

    def format(self, record: logging.LogRecord) -> str:
        return line(
            int(record.created * 1000), record.levelname, record.getMessage(), _with_own(_fields(record))
        )


def line(moment: Millis, level: str, event: str, fields: Mapping[str, Any]) -> str:
    """A line of the log."""
    document = {"timestamp": iso(moment), "level": level, "event": event, **fields}
    return _encode(document)


def _printed_line(level: int, event: str, fields: dict[str, Any]) -> str:
    now = int(time.time() * 1000)
    return line(now, logging.getLevelName(level), event, _with_own(fields))


def _with_own(own: dict[str, Any]) -> dict[str, Any]:
    """A line that names its call does not name its invocation, too, unless it says so: bytes are paid for."""
    common = _of_thread.fields
    fields = {**(_invocation | _request if common is None else common), **own}
    if "call" in fields and "request_id" not in own:
        fields.pop("request_id", None)
    return fields


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    """Those of one of our events, or of a line that a handler's author has logged."""
    fields: dict[str, Any] = dict(getattr(record, "fields", {"logger": record.name}))
    exception = fields.get("exception") or (record.exc_info and record.exc_info[1])
    if isinstance(exception, BaseException):
        fields["exception"] = "".join(traceback.format_exception(exception))[:EXCEPTION_LIMIT]
    return fields


def iso(moment: Millis) -> str:
    """ISO 8601, UTC, with milliseconds; what is beyond the calendar is shown as its last moment."""
    shown = datetime.fromtimestamp(min(max(0, moment), LAST_MOMENT) / 1000, UTC)
    return shown.isoformat(timespec="milliseconds").replace("+00:00", "Z")
