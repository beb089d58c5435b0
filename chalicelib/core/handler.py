"""The functions that carry requests out, and how one is declared."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_type_hints

from chalicelib.core.policy import Policy
from chalicelib.core.request import Request

type HandlerFunction = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Handler:
    type: str
    function: HandlerFunction
    payload_type: Any  # validates at enqueue
    result_type: Any
    timeout: float  # seconds one attempt may take
    policy: Policy
    wants_request: bool

    def __call__(self, payload: Any, request: Request) -> Any:
        return self.function(payload, request) if self.wants_request else self.function(payload)


class Registry:
    """Handlers by request type."""

    def __init__(self) -> None:
        self._handlers: dict[str, Handler] = {}

    def add(self, handler: Handler) -> None:
        """Raises ValueError if the type is taken: two functions for one type is a programmer's mistake."""
        if handler.type in self._handlers:
            raise ValueError(f"there is already a handler for {handler.type!r}")
        self._handlers[handler.type] = handler

    def get(self, type_: str) -> Handler | None:
        return self._handlers.get(type_)

    def types(self) -> list[str]:
        return sorted(self._handlers)


registry = Registry()


def handler(
    type_: str, *, timeout: float = 10.0, max_attempts: int = 3, into: Registry = registry
) -> Callable[[HandlerFunction], HandlerFunction]:
    """Declare the function that carries out requests of one type: `(payload)` or `(payload, request)`.

    The annotations are the contract: the payload is validated against its type when it is enqueued, and what
    the function returns is encoded as JSON. `timeout` is in seconds and bounds each attempt. An exception
    fails the attempt; after `max_attempts` the request has failed. After a crash it is started again.
    """

    def declare(function: HandlerFunction) -> HandlerFunction:
        hints = get_type_hints(function)
        names = list(inspect.signature(function).parameters)
        if names[:1] != ["payload"] or names[1:] not in ([], ["request"]):
            raise TypeError(f"{function.__name__} must take (payload) or (payload, request)")
        into.add(
            Handler(
                type=type_,
                function=function,
                payload_type=hints.get("payload", Any),
                result_type=hints.get("return", Any),
                timeout=timeout,
                policy=Policy(max_attempts=max_attempts),
                wants_request="request" in names,
            )
        )
        return function

    return declare
