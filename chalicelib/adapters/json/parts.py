"""Of what a type's values consist in JSON: the members of an object, the items of a list."""

from collections.abc import Mapping, Sequence
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    NamedTuple,
    NewType,
    NotRequired,
    ReadOnly,
    Required,
    TypeAliasType,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

import msgspec
from msgspec import inspect

LISTS = (list, tuple, set, frozenset, Sequence)
OBJECTS = (dict, Mapping)
RECORDS = (inspect.StructType, inspect.DataclassType, inspect.TypedDictType, inspect.NamedTupleType)


class Field(NamedTuple):
    type: Any
    required: bool


class Record(NamedTuple):
    """A class with fields: a Struct, a dataclass, a TypedDict or a NamedTuple."""

    class_: Any
    fields: Mapping[str, Field]  # by the names that they have in JSON, in their order
    tag_field: str | None  # which tells it from other members of a union
    tag: str | int | None
    is_list: bool  # its values are lists, in the order of the fields
    is_closed: bool  # an object with other members is refused


def record_of(type_: Any) -> Record | None:
    """None if it is no class with fields."""
    class_ = get_origin(type_) or type_
    info = inspect.type_info(type_) if isinstance(class_, type) else None
    if not isinstance(info, RECORDS):
        return None
    types = _types_of_fields(type_, class_)
    fields = {field.encode_name: Field(types.get(field.name, Any), field.required) for field in info.fields}
    if not isinstance(info, inspect.StructType):
        return Record(class_, fields, None, None, isinstance(info, inspect.NamedTupleType), is_closed=False)
    return Record(class_, fields, info.tag_field, info.tag, info.array_like, info.forbid_unknown_fields)


def _types_of_fields(type_: Any, class_: Any) -> Mapping[str, Any]:
    """By their names in Python, if they have one. What msgspec's inspection says cannot be decoded with."""
    if issubclass(class_, msgspec.Struct):
        return {field.name: field.type for field in msgspec.structs.fields(type_)}
    given = dict(zip(getattr(class_, "__parameters__", ()), get_args(type_), strict=False))
    hints = get_type_hints(class_, include_extras=True)
    return {name: _filled_in(hint, given) for name, hint in hints.items()}


def _filled_in(hint: Any, given: Mapping[Any, Any]) -> Any:
    """What a generic class says of a field, with the types that are given for its parameters."""
    if isinstance(hint, TypeVar):
        return given.get(hint, Any)
    if get_origin(hint) in (Required, NotRequired, ReadOnly):
        return _filled_in(get_args(hint)[0], given)
    parameters = getattr(hint, "__parameters__", ())
    return hint[tuple(given.get(parameter, Any) for parameter in parameters)] if parameters else hint


def types_of_items(type_: Any, count: int) -> Sequence[Any]:
    """Of the first `count` items; of fewer, if a list has fewer, or if nothing is said of them."""
    if (record := record_of(type_)) and record.is_list:
        tag = [Any] if record.tag is not None else []
        return [*tag, *(field.type for field in record.fields.values())][:count]
    arguments = get_args(type_)
    if get_origin(type_) not in LISTS or not arguments:
        return ()
    is_fixed = get_origin(type_) is tuple and arguments[-1] is not ...
    return arguments[:count] if is_fixed else [arguments[0]] * count


def plain(type_: Any) -> Any:
    """Without its name, its limits, and null as an alternative."""
    if isinstance(type_, TypeAliasType):
        return plain(type_.__value__)
    if isinstance(type_, NewType):
        return plain(type_.__supertype__)
    if get_origin(type_) is Annotated:
        return plain(get_args(type_)[0])
    kinds = alternatives(type_)
    return plain(kinds[0]) if len(kinds) == 1 and kinds[0] is not type_ else type_


def alternatives(type_: Any) -> Sequence[Any]:
    """The members of a union but null; the type itself if it is none."""
    if get_origin(type_) not in (Union, UnionType):
        return (type_,)
    return [kind for kind in get_args(type_) if kind is not NoneType]
