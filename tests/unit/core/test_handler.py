"""A handler that could not do its work is refused where it is declared, by name."""

from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from typing import Any

import pytest

from chalicelib.core.queueing.handler import Registry, handler


def plain(payload: str) -> str:
    return payload


async def coroutine(payload: str) -> str:
    return payload


def generator(payload: str) -> Iterator[str]:
    yield payload


def anything(payload: str) -> Any:
    yield payload


async def async_generator(payload: str) -> AsyncIterator[str]:
    yield payload


class Callee:
    async def __call__(self, payload: str) -> str:
        return payload


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (async_generator, "not yield"),
        (Callee(), "is a function"),
        (partial(plain, "a"), "is a function"),
        ("plain", "is a function"),
    ],
)
def test_what_does_nothing_when_it_is_called_is_refused(function: Any, says: str) -> None:
    with pytest.raises(TypeError, match=rf"^greet: .*{says}"):
        handler("greet", into=Registry())(function)


@pytest.mark.parametrize(
    ("function", "result"), [(plain, str), (coroutine, str), (generator, list[str]), (anything, list[Any])]
)
def test_the_type_of_the_result_is_that_of_what_is_stored(function: Any, result: Any) -> None:
    registry = Registry()
    handler("greet", into=registry)(function)

    declared = registry.get("greet")
    assert declared
    assert declared.result_type == result


@pytest.mark.parametrize("type_", ["a", "Order.v2", "send-mail_1", "9lives", "x" * 64])
def test_a_type_that_the_api_can_take_is_one(type_: str) -> None:
    registry = Registry()
    handler(type_, into=registry)(plain)

    assert registry.types() == [type_]


@pytest.mark.parametrize("type_", ["", "x" * 65, "a/b", "a:b", "a b", ".a", "-a", "ä", "a\n", None])
def test_a_type_that_no_call_could_name_is_refused(type_: Any) -> None:
    with pytest.raises(ValueError, match="cannot be a type"):
        handler(type_, into=Registry())


def test_two_handlers_for_one_type_are_refused() -> None:
    registry = Registry()
    handler("greet", into=registry)(plain)

    with pytest.raises(ValueError, match="already a handler for 'greet'"):
        handler("greet", into=registry)(plain)


@pytest.mark.parametrize(
    ("declare", "says"),
    [
        (lambda: handler("greet", timeout=0), "timeout"),
        (lambda: handler("greet", timeout=46), "at most 45 seconds"),
        (lambda: handler("greet", timeout=float("nan")), "timeout"),
        (lambda: handler("greet", max_attempts=0), "max_attempts"),
        (lambda: handler("greet", max_attempts=1.5), "max_attempts"),  # type: ignore[arg-type]
        (lambda: handler("greet", on_failure="stop"), "one of skip, halt"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(declare: Callable[[], Any], says: str) -> None:
    with pytest.raises(ValueError, match=rf"^greet: .*{says}"):
        declare()
