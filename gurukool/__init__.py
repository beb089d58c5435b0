"""What an application imports: everything here is public, and everything in `chalicelib` is internal.

A name of this package keeps its meaning and its signature from one minor version to the next (tests/surface
compares them with the last release's). `gurukool.testing` has what the tests of an application need.

    import msgspec
    from gurukool import PermanentError, Request, handler


    class Greeting(msgspec.Struct):
        name: str


    @handler("greet")
    def greet(payload: Greeting, request: Request) -> str:
        if not payload.name:
            raise PermanentError("There is nobody to greet.")
        return f"Hello, {payload.name}"
"""

from chalicelib.adapters.dynamodb.effects import Effects
from chalicelib.core.errors import FieldError, InvalidInputError
from chalicelib.core.queueing.application import Resources, Settings, UndeclaredError
from chalicelib.core.queueing.context import HandlerRequest as Request
from chalicelib.core.queueing.handler import handler
from chalicelib.core.queueing.hooks import on_delete_user
from chalicelib.core.queueing.policy import (
    HandlerError,
    ImpossibleDelayError,
    InvalidSignalError,
    PermanentError,
    RetryLaterError,
    SignalTimeoutError,
)
from chalicelib.core.queueing.stopped import Stopped

__all__ = [
    "Effects",
    "FieldError",
    "HandlerError",
    "ImpossibleDelayError",
    "InvalidInputError",
    "InvalidSignalError",
    "PermanentError",
    "Request",
    "Resources",
    "RetryLaterError",
    "Settings",
    "SignalTimeoutError",
    "Stopped",
    "UndeclaredError",
    "handler",
    "on_delete_user",
]
