"""Handlers that are declared otherwise in the process that there is now."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from chalicelib.core.queueing.context import HandlerRequest
from chalicelib.core.rates import Rate
from gurukool import Effects
from tests.infra.cloud import Cloud

FOLLOWING = {"follows": True}  # the payload


def declare_following(cloud: Cloud, *user_ids: str, type_: str = "echo", steps: bool = False) -> None:
    """A request of this type enqueues an echo for each of these users.

    With `steps`, it also takes two steps before.
    """

    def follow(payload: Any, request: HandlerRequest, effects: Effects) -> Any:
        if steps:
            _two_steps(payload, request)
        for user_id in user_ids if payload != FOLLOWING else ():
            effects.enqueue(user_id, "echo", FOLLOWING)
        return payload

    _declare(cloud, type_, function=follow, wants=("request", "effects"))


def declare_long(cloud: Cloud, *types: str) -> None:
    """Requests of these types may take minutes."""
    for type_ in types:
        _declare(cloud, type_, long=True)


def declare_rate(cloud: Cloud, type_: str, rate: str) -> None:
    """Attempts at requests of this type begin at this rate."""
    _declare(cloud, type_, rate=Rate.parse(rate))


def declare_steps(cloud: Cloud, type_: str) -> None:
    """The handler of this type does nothing but two steps."""
    _declare(cloud, type_, function=_two_steps, wants=("request",))


def declare_calling(cloud: Cloud, type_: str, call: Callable[[HandlerRequest], object]) -> None:
    """The handler of this type does nothing but this with its request."""

    def handle(payload: object, request: HandlerRequest) -> None:
        call(request)

    _declare(cloud, type_, function=handle, wants=("request",))


def declare_emitting(cloud: Cloud, type_: str, numbers: int) -> None:
    """The handler of this type emits so many numbers."""

    def emit(payload: object, request: HandlerRequest) -> None:
        for number in range(numbers):
            request.emit(number)

    _declare(cloud, type_, function=emit, wants=("request",))


def _declare(cloud: Cloud, type_: str, **changed: Any) -> None:
    handlers = cloud.container.handlers
    known = handlers.get(type_)
    assert known is not None
    handlers.remove(type_)
    handlers.add(replace(known, **changed))


def _two_steps(payload: object, request: HandlerRequest) -> int:
    return request.step("one", lambda: 1) + request.step("two", lambda: 2)
