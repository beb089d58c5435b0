"""Calls that leave the ledger: what they do cannot be written together with an outcome."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from reprlib import Repr
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any, cast

from gurukool.testing.places import Place, place_of_caller
from gurukool.testing.process import Event, Kind, running_process
from gurukool.testing.stand_ins import Watched, stand_in

NAMED = (type, ModuleType, FunctionType, BuiltinFunctionType, MethodType)
_short = Repr(maxstring=60, maxother=60)


@dataclass(frozen=True, slots=True)
class Call:
    """One call that a handler has made."""

    name: str
    arguments: tuple[Any, ...]
    keywords: dict[str, Any]
    place: Place | None  # in the handler's code

    def __str__(self) -> str:
        shown = [_short.repr(argument) for argument in self.arguments]
        shown += [f"{name}={_short.repr(value)}" for name, value in self.keywords.items()]
        return f"{self.name}({', '.join(shown)})"


@dataclass(frozen=True, slots=True)
class Outside:
    """Watches what handlers call. Hand what is watched to the handler in place of the real thing.

    >>> outside = Outside()
    >>> charge = outside.call("charge", lambda cents: f"paid {cents}")
    >>> charge(300)
    'paid 300'
    >>> [str(call) for call in outside.calls]
    ['charge(300)']
    """

    calls: list[Call] = field(default_factory=list)
    """All calls in their order, with those that raised and those that were recognised by their key."""

    def call[**P, T](self, name: str, function: Callable[P, T], *, key: str | None = None) -> Callable[P, T]:
        """The function, watched under that name. It may be `async def`.

        `key` is the name of its parameter that takes an idempotency key, if the service recognises one: the
        request's second call with the same key does nothing, and gets the first one's answer.
        """
        watched = _Function(self, name, function, key)
        return cast("Callable[P, T]", watched.call_later if _is_awaited(function) else watched.call)

    def watch[T](self, target: T, name: str | None = None, *, key: str | None = None) -> T:
        """The object, with its methods watched as `call` does, under `name.method`.

        So are the objects that it has, under `name.attribute.method`: the target may be a client with parts,
        an object that is called itself, a module, or a `Mock`. Not watched are classes that it has,
        operators, and what its methods return. Without a name, it has that of its class. `key` is the name of
        the parameter that takes an idempotency key, in those methods that have one.
        """
        named: Any = target if isinstance(target, NAMED) else type(target)
        shown = name or named.__name__
        if inspect.isroutine(target):
            return cast("T", self.call(shown, target, key=key))
        return cast("T", stand_in(Watched(target, self, shown, key)))

    @contextmanager
    def calling(self, call: Call, *, known: bool) -> Iterator[None]:
        """The block makes the call, unless its answer is `known`."""
        self.calls.append(call)
        process = running_process()
        if process is None or known:
            yield
            return
        with process.happening(Event(Kind.CALL, call.name, str(call), call.place)):
            yield


@dataclass(frozen=True, slots=True)
class _Function:
    """Stands for a function and watches its calls."""

    outside: Outside
    name: str
    function: Callable[..., Any]
    key: str | None

    def call(self, *args: Any, **kwargs: Any) -> Any:
        answers, asked = self._answers(args, kwargs)
        call = Call(self.name, args, kwargs, place_of_caller())
        with self.outside.calling(call, known=asked in answers):
            if asked not in answers:
                answers[asked] = self.function(*args, **kwargs)
        return answers[asked]

    async def call_later(self, *args: Any, **kwargs: Any) -> Any:
        answers, asked = self._answers(args, kwargs)
        call = Call(self.name, args, kwargs, place_of_caller())
        with self.outside.calling(call, known=asked in answers):
            if asked not in answers:
                answers[asked] = await self.function(*args, **kwargs)
        return answers[asked]

    def _answers(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[dict[Any, Any], Any]:
        """The answers that the service remembers, and under what it will remember this one."""
        process = running_process()
        given = None if process is None or self.key is None else self._given(args, kwargs)
        return ({}, None) if process is None or given is None else (process.answers, (self.name, given))

    def _given(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The idempotency key of a call."""
        if self.key in kwargs:
            return kwargs[self.key]
        try:
            return inspect.signature(self.function).bind(*args, **kwargs).arguments.get(str(self.key))
        except (TypeError, ValueError):  # it does not take these arguments, or is written in C
            return None


def _is_awaited(function: Callable[..., Any]) -> bool:
    """Whether it is `async def`, also below decorators, and of an object its `__call__`."""
    called = getattr(type(function), "__call__", None)  # noqa: B004 - not whether, but which one
    found = [inspect.unwrap(f) if inspect.isroutine(f) else f for f in (function, called)]
    return any(map(inspect.iscoroutinefunction, found))
