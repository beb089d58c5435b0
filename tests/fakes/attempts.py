"""One attempt as a worker makes it, without a queue."""

from typing import Any

from chalicelib.adapters.runtime.runner import run, take
from chalicelib.core.queueing.attempt import Ran
from chalicelib.core.queueing.handler import Handler
from chalicelib.core.queueing.request import Failure, Request


def attempt(handler: Handler, request: Request, seconds: float, **given: Any) -> Ran:
    """What comes of it, or why the handler cannot take the payload."""
    taken = take(handler, request, seconds)
    return taken if isinstance(taken, Failure) else run(handler, request, taken, seconds, **given)
