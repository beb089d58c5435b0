"""A handler that could not do its work is refused where it is declared, by name."""

from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from types import FunctionType
from typing import Any

import pytest

from chalicelib.core.errors import InvalidInputError
from chalicelib.core.queueing.application import Settings
from chalicelib.core.queueing.handler import declarations, handler
from chalicelib.core.queueing.registry import Registry


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

    def work(self, payload: str) -> str:
        return payload


def fresh(function: Callable[..., Any]) -> FunctionType:
    """The same function without what it was declared as before."""
    assert isinstance(function, FunctionType)
    copy = FunctionType(function.__code__, function.__globals__, function.__name__)
    copy.__annotations__ = function.__annotations__
    return copy


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
        handler("greet")(function)


@pytest.mark.parametrize(
    ("function", "result"), [(plain, str), (coroutine, str), (generator, list[str]), (anything, list[Any])]
)
def test_the_type_of_the_result_is_that_of_what_is_stored(function: Any, result: Any) -> None:
    (declared,) = declarations(handler("greet")(fresh(function)))

    assert declared.result_type == result


def test_an_annotation_that_is_imported_for_type_checkers_only_is_refused_with_the_cure() -> None:
    def greet(payload: str, effects: "Effects") -> None: ...  # type: ignore[name-defined]  # noqa: F821

    with pytest.raises(
        TypeError, match=r"^greet: an annotation names Effects, .* outside of `if TYPE_CHECKING`"
    ):
        handler("greet")(greet)


@pytest.mark.parametrize("type_", ["a", "Order.v2", "send-mail_1", "9lives", "x" * 64])
def test_a_type_that_the_api_can_take_is_one(type_: str) -> None:
    assert Registry.of(handler(type_)(fresh(plain))).types() == [type_]


@pytest.mark.parametrize("type_", ["", "x" * 65, "a/b", "a:b", "a b", ".a", "-a", "ä", "a\n", None])
def test_a_type_that_no_call_could_name_is_refused(type_: Any) -> None:
    with pytest.raises(ValueError, match="cannot be a type"):
        handler(type_)


def test_a_declared_function_is_still_the_function() -> None:
    assert handler("greet")(plain) is plain


def test_a_function_may_carry_out_several_types() -> None:
    both = handler("greet")(handler("welcome")(fresh(plain)))

    assert Registry.of(both).types() == ["greet", "welcome"]


def test_two_handlers_for_one_type_are_refused_with_the_places_of_both() -> None:
    first, second = handler("greet")(fresh(plain)), handler("greet")(fresh(coroutine))

    with pytest.raises(
        ValueError, match=r"already a handler for 'greet': .*line \d+; the second one: .*line \d+"
    ):
        Registry.of(first, second)


def test_a_handler_that_another_module_imports_is_found_twice_and_is_one() -> None:
    declared = handler("greet")(fresh(plain))
    registry = Registry()

    registry.collect([declared, "no function", Callee()])
    registry.collect([declared])

    assert registry.types() == ["greet"]


def test_a_method_of_an_object_cannot_be_marked() -> None:
    with pytest.raises(TypeError, match=r"^greet: a handler is a function of a module"):
        handler("greet")(Callee().work)


def test_a_check_gets_the_settings_if_it_asks_for_them() -> None:
    def check(payload: str, settings: Settings) -> None:
        if payload not in settings["allowed"]:
            raise InvalidInputError("It is refused.")

    (declared,) = declarations(handler("greet", check=check)(fresh(plain)))

    declared.refuse("ada", Settings({"allowed": "ada, bob"}))
    with pytest.raises(InvalidInputError):
        declared.refuse("eve", Settings({"allowed": "ada, bob"}))


def test_a_check_that_asks_for_more_is_refused() -> None:
    with pytest.raises(TypeError, match=r"^greet: a check takes the payload, and settings"):
        handler("greet", check=lambda payload, request: None)(fresh(plain))


@pytest.mark.parametrize(
    ("declare", "says"),
    [
        (lambda: handler("greet", timeout=0), "timeout"),
        (lambda: handler("greet", timeout=841), "at most 840 seconds"),
        (lambda: handler("greet", timeout=float("nan")), "timeout"),
        (lambda: handler("greet", max_attempts=0), "max_attempts"),
        (lambda: handler("greet", max_attempts=1.5), "max_attempts"),  # type: ignore[arg-type]
        (lambda: handler("greet", on_failure="stop"), "one of skip, halt"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(declare: Callable[[], Any], says: str) -> None:
    with pytest.raises(ValueError, match=rf"^greet: .*{says}"):
        declare()
