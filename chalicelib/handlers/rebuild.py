"""Types from data: the API validates payloads without the modules that define their types.

What is rebuilt accepts and refuses the same JSON as the type that was described (describe.py), with the same
faults. Its values are of no use to a handler: they have neither the type's methods nor its defaults.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import enum
import uuid
from typing import Annotated, Any, Literal, NotRequired, Required, TypedDict, Union

import msgspec

type Description = dict[str, Any]
"""JSON: `is` names the kind of type, the other members are what the kind needs."""

# Types that are told by their kind alone, but for limits.
NAMED: dict[str, Any] = {
    "any": Any,
    "none": None,
    "bool": bool,
    "int": int,
    "float": float,
    "str": str,
    "bytes": bytes,
    "datetime": dt.datetime,
    "date": dt.date,
    "time": dt.time,
    "timedelta": dt.timedelta,
    "uuid": uuid.UUID,
    "decimal": decimal.Decimal,
    "raw": msgspec.Raw,
}
LISTS: dict[str, Any] = {"list": list, "set": set, "frozenset": frozenset}
LIMITS = ("gt", "ge", "lt", "le", "multiple_of", "min_length", "max_length", "pattern", "tz")
NO_DEFAULT = None  # of a field that may be left out: which value it then has is the handler's affair


def rebuilt(told: Description) -> Any:
    """The type that was described."""
    type_ = _BUILDERS[told["is"]](told)
    limits = {name: told[name] for name in (*LIMITS, "extra") if name in told}
    return Annotated[type_, msgspec.Meta(**limits)] if limits else type_


def _collection(told: Description) -> Any:
    return LISTS[told["is"]][rebuilt(told["item"])]


def _tuple(told: Description) -> Any:
    parts = [rebuilt(part) for part in told["items"]]
    return tuple[*parts, ...] if told.get("open") else tuple[*parts]  # type: ignore[valid-type]


def _dict(told: Description) -> Any:
    return dict[rebuilt(told["keys"]), rebuilt(told["values"])]  # type: ignore[misc]


def _enum(told: Description) -> Any:
    return enum.Enum(told["name"], [(f"member_{i}", value) for i, value in enumerate(told["values"])])


def _struct(told: Description) -> Any:
    return msgspec.defstruct(
        told["name"],
        [(field["name"], rebuilt(field["type"]), _struct_field(field)) for field in told["fields"]],
        kw_only=True,
        tag=told["tag"],
        tag_field=told["tag_field"],
        array_like=told["array_like"],
        forbid_unknown_fields=told["closed"],
    )


def _struct_field(told: Description) -> Any:
    name = told["as"]
    return msgspec.field(name=name) if told["required"] else msgspec.field(name=name, default=NO_DEFAULT)


def _dataclass(told: Description) -> Any:
    fields = [(field["name"], rebuilt(field["type"]), _dataclass_field(field)) for field in told["fields"]]
    return dataclasses.make_dataclass(told["name"], fields, kw_only=True)


def _dataclass_field(told: Description) -> Any:
    return dataclasses.field() if told["required"] else dataclasses.field(default=NO_DEFAULT)


def _typed_dict(told: Description) -> Any:
    fields = {
        field["name"]: (Required if field["required"] else NotRequired)[rebuilt(field["type"])]
        for field in told["fields"]
    }
    return TypedDict(told["name"], fields)  # type: ignore[operator]


_BUILDERS = {
    **dict.fromkeys(NAMED, lambda told: NAMED[told["is"]]),
    **dict.fromkeys(LISTS, _collection),
    "tuple": _tuple,
    "dict": _dict,
    "enum": _enum,
    "union": lambda told: Union[tuple(rebuilt(part) for part in told["parts"])],  # noqa: UP007
    "literal": lambda told: Literal[tuple(told["values"])],
    "struct": _struct,
    "dataclass": _dataclass,
    "typed_dict": _typed_dict,
}
