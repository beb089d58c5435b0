"""The functions that carry requests out, and how one is declared."""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args, get_type_hints

from chalicelib.core.queueing.policy import OnFailure, Policy
from chalicelib.core.queueing.request import Request

type HandlerFunction = Callable[..., Any]
type Check = Callable[[Any], None]


# What the API's calls take as a type, what may name a component of its OpenAPI document, and what a scope can
# name: a letter or a digit first, 64 characters at most.
TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
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
    The function may be `async def`; one that yields has the list of what it yields as its result.
    `check` is called with the payload when it is enqueued, and refuses it by raising InvalidInputError.

    Raises TypeError or ValueError where the declaration is wrong.
    """
    _require_sound(type_, timeout, max_attempts, on_failure)
    policy = Policy(max_attempts=max_attempts, on_failure=OnFailure(on_failure))

    def declare(function: HandlerFunction) -> HandlerFunction:
        into.add(_handler(type_, function, timeout, policy, check))
        return function

    return declare


def _require_sound(type_: str, timeout: float, max_attempts: int, on_failure: str) -> None:
    if not isinstance(type_, str) or not TYPE.fullmatch(type_):
        raise ValueError(
            f"{type_!r} cannot be a type: "
            "a type has 1 to 64 characters of A-Z a-z 0-9 . _ - and begins with a letter or digit"
        )
    if not 0 < timeout <= LONGEST_TIMEOUT_S:
        raise ValueError(f"{type_}: timeout must be more than 0 and at most {LONGEST_TIMEOUT_S:g} seconds")
    if not isinstance(max_attempts, int) or max_attempts < 1:
        raise ValueError(f"{type_}: max_attempts must be a whole number of at least 1")
    if on_failure not in list(OnFailure):
        raise ValueError(f"{type_}: on_failure must be one of {', '.join(OnFailure)}")


def _handler(
    type_: str, function: HandlerFunction, timeout: float, policy: Policy, check: Check | None
) -> Handler:
    _require_plain(type_, function)
    hints = get_type_hints(function)
    payload, *wants = inspect.signature(function).parameters or [""]
    if payload != "payload" or not set(wants) <= {"request", "effects"}:
        raise TypeError(f"{type_}: a handler takes payload, and request and effects if it needs them")
    if "payload" not in hints:
        raise TypeError(f"{type_}: the payload has no type annotation; use Any to accept every payload")
    types = hints["payload"], _result_type(function, hints.get("return", Any))
    return Handler(type_, function, *types, timeout, policy, tuple(wants), check)


def _require_plain(type_: str, function: HandlerFunction) -> None:
    """Raises TypeError for what cannot be called and completed: no function, or an async generator."""
    if not inspect.isroutine(function):
        raise TypeError(f"{type_}: a handler is a function, not {function!r:.100}")
    if inspect.isasyncgenfunction(function):
        raise TypeError(f"{type_}: a handler that is `async def` must return its result and not yield")


def _result_type(function: HandlerFunction, declared: Any) -> Any:
    """What is stored: of a generator, the list of what it yields."""
    if not inspect.isgeneratorfunction(function):
        return declared
    yielded = get_args(declared)
    return list[yielded[0]] if yielded else list[Any]  # type: ignore[valid-type]
