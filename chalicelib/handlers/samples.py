"""Handlers to try things out with."""

import time
from typing import Annotated, Any

import msgspec

from chalicelib.core.queueing.context import HandlerRequest
from chalicelib.core.queueing.handler import handler
from chalicelib.core.queueing.policy import HandlerError


@handler("echo", timeout=2)
def echo(payload: dict[str, Any]) -> dict[str, Any]:
    return payload


class Sleep(msgspec.Struct, forbid_unknown_fields=True):
    seconds: Annotated[float, msgspec.Meta(ge=0, le=20)]


@handler("sleep", timeout=22)
def sleep(payload: Sleep) -> Sleep:
    time.sleep(payload.seconds)
    return payload


class Fail(msgspec.Struct, forbid_unknown_fields=True):
    times: Annotated[int, msgspec.Meta(ge=0, le=100)] = 1


@handler("fail", timeout=2, max_attempts=3)
def fail(payload: Fail, request: HandlerRequest) -> Fail:
    """Fails its first `times` attempts, then succeeds."""
    if request.attempts <= payload.times:
        raise HandlerError(f"Failed on purpose, attempt {request.attempts} of {payload.times} that fail.")
    return payload
