"""X-Ray, if it is switched on: importing its SDK costs a tenth of a second of every cold start.

Lambda opens and closes the segment of an invocation; every AWS call and every request carried out in it is a
subsegment. The SDK is in maintenance (see its README); nothing but this module knows it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

_on = False


def configure(*, on: bool) -> None:
    """Safe to call for every invocation."""
    global _on  # noqa: PLW0603 - one process, one setting
    _on = on
    if on:
        _recorder()


def trace_id() -> str | None:
    """The root of X-Ray's header, which Lambda sets for each invocation: Root=1-…;Parent=…;Sampled=…

    A caller may choose it by sending `X-Amzn-Trace-Id`: it helps to find lines, and proves nothing. None if
    tracing is off: then nobody can look it up.
    """
    header = os.environ.get("_X_AMZN_TRACE_ID", "") if _on else ""
    return dict(part.partition("=")[::2] for part in header.split(";")).get("Root")


@contextmanager
def subsegment(name: str, **annotations: str | int) -> Iterator[None]:
    """A part of the trace that can be searched for by its annotations."""
    if not _on:
        yield
        return
    with _recorder().in_subsegment(name) as opened:
        for key, value in annotations.items():
            if opened:  # not outside of an invocation
                opened.put_annotation(key, value)
        yield


@cache
def _recorder() -> Any:
    from aws_xray_sdk.core import patch, xray_recorder

    # A trace that cannot be recorded is no reason to fail a request.
    xray_recorder.configure(context_missing="IGNORE_ERROR")
    patch(("botocore",))
    return xray_recorder
