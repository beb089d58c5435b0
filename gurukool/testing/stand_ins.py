"""What a handler gets in place of an object that a test watches."""

from __future__ import annotations

import dataclasses
import datetime as dt
import inspect
from collections.abc import Callable, Hashable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from enum import Enum
from functools import lru_cache
from numbers import Number
from pathlib import PurePath
from re import Pattern
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from uuid import UUID

import msgspec

from gurukool.testing.process import running_process

if TYPE_CHECKING:
    from gurukool.testing.outside import Outside

# What a handler reads, compares, and encodes: it is handed over as it is.
DATA = (
    *(str, bytes, bytearray, memoryview, Number, Enum, type(None), BaseException),
    *(Mapping, Sequence, AbstractSet, msgspec.Struct),
    *(dt.date, dt.time, dt.timedelta, dt.tzinfo, UUID, PurePath, Pattern),
)
# Special methods that a stand-in has by itself; it has those of its target beside them.
OWN = {
    *("__class__", "__new__", "__init__", "__init_subclass__", "__subclasshook__", "__class_getitem__"),
    *("__getattribute__", "__getattr__", "__setattr__", "__delattr__", "__call__", "__del__"),
    *("__reduce__", "__reduce_ex__", "__getstate__", "__setstate__", "__copy__", "__deepcopy__"),
}
GIVING = {"__enter__", "__getitem__"}  # what these return is watched, too


class Watched(NamedTuple):
    """An object, and how it is watched."""

    target: Any
    outside: Outside
    name: str
    key: str | None  # the name of the parameter that takes an idempotency key

    def below(self, value: Any, name: str) -> Any:
        """What is handed over in place of a value that the target has or gives."""
        if value is self.target:
            return stand_in(self)
        if isinstance(value, type):
            self._note_unwatched(value, name)
            return value
        if _is_data(value):
            return value
        if inspect.isroutine(value):
            return self.outside.call(name, value, key=self.key)
        return stand_in(Watched(value, self.outside, name, self.key))

    def call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if isinstance(self.target, type):  # that makes an object, and nothing outside
            return self.below(self.target(*args, **kwargs), self.name)
        return self.outside.call(self.name, self.target, key=self.key)(*args, **kwargs)

    def _note_unwatched(self, class_: type, name: str) -> None:
        """Not of classes of data: they make nothing that calls."""
        process = running_process()
        if process and not (issubclass(class_, DATA) or _is_plain_record(class_)):
            process.unwatched[name] = self.name.partition(".")[0]


def _is_data(value: Any) -> bool:
    """Also a dataclass that only holds data: a handler may return it."""
    if isinstance(value, DATA):
        return True
    held = dataclasses.fields(value) if _is_plain_record(type(value)) else ()
    return bool(held) and all(_is_data(getattr(value, field.name)) for field in held)


def _is_plain_record(class_: type) -> bool:
    """A dataclass without methods of its own."""
    public = (getattr(class_, name, None) for name in dir(class_) if not name.startswith("_"))
    return dataclasses.is_dataclass(class_) and not any(map(inspect.isroutine, public))


def stand_in(watched: Watched) -> Any:
    """It is used like the target, whose methods are watched, and those of the objects that it has."""
    return _class_for(cast("Hashable", type(watched.target)))(watched)


class _StandIn:
    """Has no attributes of its own, so that every name is the target's."""

    def __init__(self, watched: Watched) -> None:
        object.__setattr__(self, "_StandIn__watched", watched)

    @property  # type: ignore[misc]
    def __class__(self) -> Any:  # for isinstance
        return _watched(self).target.__class__

    def __getattr__(self, attribute: str) -> Any:
        watched = _watched(self)
        return watched.below(getattr(watched.target, attribute), f"{watched.name}.{attribute}")

    def __setattr__(self, attribute: str, value: Any) -> None:
        setattr(_watched(self).target, attribute, value)

    def __delattr__(self, attribute: str) -> None:
        delattr(_watched(self).target, attribute)


def _watched(thing: _StandIn) -> Watched:
    """Raises AttributeError for a copy that is not complete yet."""
    watched: Watched = object.__getattribute__(thing, "_StandIn__watched")
    return watched


@lru_cache
def _class_for(type_: Any) -> type[_StandIn]:
    """With the special methods of the type, which Python looks for in the class of an object only."""
    names = [name for name in dir(type_) if name[:2] == name[-2:] == "__" and name not in OWN]
    methods = {name: _forwarded(name) for name in names if callable(getattr(type_, name, None))}
    if hasattr(type_, "__aenter__"):
        methods["__aenter__"] = _entered_later
    if any("__call__" in vars(base) for base in type_.__mro__):
        methods["__call__"] = _called
    return type(type_.__name__, (_StandIn,), methods)


def _forwarded(name: str) -> Callable[..., Any]:
    def method(self: _StandIn, *args: Any, **kwargs: Any) -> Any:
        watched = _watched(self)
        plain = [_watched(arg).target if issubclass(type(arg), _StandIn) else arg for arg in args]
        given = getattr(type(watched.target), name)(watched.target, *plain, **kwargs)
        return watched.below(given, watched.name) if name in GIVING else given

    return method


async def _entered_later(self: _StandIn) -> Any:
    watched = _watched(self)
    return watched.below(await type(watched.target).__aenter__(watched.target), watched.name)


def _called(self: _StandIn, /, *args: Any, **kwargs: Any) -> Any:
    return _watched(self).call(args, kwargs)
