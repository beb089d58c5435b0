"""The functions that carry requests out, and how one is declared."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_type_hints

from chalicelib.core.policy import OnFailure, Policy
from chalicelib.core.request import Request

type HandlerFunction = Callable[..., Any]
type Check = Callable[[Any], None]


LONGEST_TIMEOUT_S = 45.0  # with the longest quantum it must fit into the worker function's 60 seconds


@dataclass(frozen=True, slots=True)
class Handler:
    type: str
    function: HandlerFunction
    payload_type: Any  # validates at enqueue
    result_type: Any
    timeout: float  # seconds one attempt may take
    policy: Policy
    wants: tuple[str, ...] = ()  # what the function takes beside the payload: request, effects
    check: Check | None = None  # what the payload's type cannot tell; raises InvalidInputError

    def __call__(self, payload: Any, request: Request, effects: Any) -> Any:
        offered = {"request": request, "effects": effects}
        return self.function(payload, **{name: offered[name] for name in self.wants})


class Registry:
    """Handlers by request type."""

    def __init__(self) -> None:
        self._handlers: dict[str, Handler] = {}

    def add(self, handler: Handler) -> None:
        """Raises ValueError if the type is taken: two functions for one type is a programmer's mistake."""
        if handler.type in self._handlers:
            raise ValueError(f"there is already a handler for {handler.type!r}")
        self._handlers[handler.type] = handler

    def remove(self, type_: str) -> None:
        del self._handlers[type_]

    def get(self, type_: str) -> Handler | None:
        return self._handlers.get(type_)

    def types(self) -> list[str]:
        return sorted(self._handlers)


registry = Registry()


def handler(
    type_: str,
    *,
    timeout: float = 10.0,
    max_attempts: int = 3,
    on_failure: str = "skip",
    check: Check | None = None,
    into: Registry = registry,
) -> Callable[[HandlerFunction], HandlerFunction]:
    """Declare the function that carries out requests of one type: `(payload[, request][, effects])`.

    The annotations are the contract: the payload is validated against its type when it is enqueued, and what
    the function returns is encoded as JSON. `timeout` is in seconds and bounds each attempt. An exception
    fails the attempt; after `max_attempts` the request has failed and the next one goes on (`skip`), or the
    queue stops until somebody decides (`halt`). After a crash it is started again; what it writes through
    `effects` is committed together with its outcome, so that happens exactly once.
    `check` is called with the payload when it is enqueued, and refuses it by raising InvalidInputError.

    Raises TypeError or ValueError where the declaration is wrong.
    """
    if not 0 < timeout <= LONGEST_TIMEOUT_S:
        raise ValueError(f"{type_}: timeout must be more than 0 and at most {LONGEST_TIMEOUT_S:g} seconds")
    if max_attempts < 1:
        raise ValueError(f"{type_}: max_attempts must be at least 1")
    policy = Policy(max_attempts=max_attempts, on_failure=OnFailure(on_failure))

    def declare(function: HandlerFunction) -> HandlerFunction:
        into.add(_handler(type_, function, timeout, policy, check))
        return function

    return declare


def _handler(
    type_: str, function: HandlerFunction, timeout: float, policy: Policy, check: Check | None
) -> Handler:
    hints = get_type_hints(function)
    payload, *wants = inspect.signature(function).parameters or [""]
    if payload != "payload" or not set(wants) <= {"request", "effects"}:
        raise TypeError(f"{type_}: a handler takes payload, and request and effects if it needs them")
    if "payload" not in hints:
        raise TypeError(f"{type_}: the payload has no type to be validated against; say Any if it needs none")
    types = hints["payload"], hints.get("return", Any)
    return Handler(type_, function, *types, timeout, policy, tuple(wants), check)
