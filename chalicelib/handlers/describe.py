"""Types as data. It is done when an application is packaged, see rebuild.py.

A type that has code of its own, and one that contains itself, cannot be told as data.
"""

from __future__ import annotations

from typing import Any

from msgspec import inspect

from chalicelib.handlers.rebuild import LIMITS, Description

NAMES: dict[type[inspect.Type], str] = {
    inspect.AnyType: "any",
    inspect.NoneType: "none",
    inspect.BoolType: "bool",
    inspect.IntType: "int",
    inspect.FloatType: "float",
    inspect.StrType: "str",
    inspect.BytesType: "bytes",
    inspect.DateTimeType: "datetime",
    inspect.DateType: "date",
    inspect.TimeType: "time",
    inspect.TimeDeltaType: "timedelta",
    inspect.UUIDType: "uuid",
    inspect.DecimalType: "decimal",
    inspect.RawType: "raw",
    inspect.ListType: "list",
    inspect.SetType: "set",
    inspect.FrozenSetType: "frozenset",
    inspect.VarTupleType: "tuple",
    inspect.TupleType: "tuple",
    inspect.DictType: "dict",
    inspect.EnumType: "enum",
    inspect.UnionType: "union",
    inspect.LiteralType: "literal",
    inspect.StructType: "struct",
    inspect.DataclassType: "dataclass",
    inspect.TypedDictType: "typed_dict",
}
CLASSES = frozenset({"struct", "dataclass", "typed_dict", "enum"})
# What a kind consists of: the attributes of msgspec's description that are types themselves.
PARTS = {
    "item": "item_type",
    "items": "item_types",
    "keys": "key_type",
    "values": "value_type",
    "parts": "types",
}
WITH_CODE = ("__post_init__", "_missing_", "__attrs_attrs__")  # classes of attrs may have validators


class NotPlainError(Exception):
    """The type cannot be told as data. The message says why."""


def described(type_: Any) -> Description:
    """Raises NotPlainError."""
    return _described(inspect.type_info(type_), ())


def _described(info: Any, above: tuple[Any, ...]) -> Description:
    """`above`: the classes that this type is a part of."""
    if isinstance(info, inspect.Metadata):
        extra = {"extra": info.extra} if info.extra else {}
        return _described(info.type, above) | extra
    kind = NAMES.get(type(info))
    if kind is None:
        raise NotPlainError(f"{type(info).__name__} has a form of its own")
    limits = {name: value for name in LIMITS if (value := getattr(info, name, None)) is not None}
    return {"is": kind, **limits, **_parts(kind, info, above)}


def _parts(kind: str, info: Any, above: tuple[Any, ...]) -> Description:
    if kind in CLASSES:
        return _of_class(kind, info, above)
    told = {
        part: _described(of, above)
        if isinstance(of, inspect.Type)
        else [_described(one, above) for one in of]
        for part, attribute in PARTS.items()
        if (of := getattr(info, attribute, None)) is not None
    }
    if isinstance(info, inspect.VarTupleType):
        return {"items": [told["item"]], "open": True}
    return {"values": list(info.values)} if kind == "literal" else told


def _of_class(kind: str, info: Any, above: tuple[Any, ...]) -> Description:
    class_ = getattr(info.cls, "__origin__", info.cls)
    if info.cls in above:
        raise NotPlainError(f"{class_.__name__} contains itself")
    if any(name in vars(base) for name in WITH_CODE for base in class_.__mro__ if base.__module__ != "enum"):
        raise NotPlainError(f"{class_.__name__} has code of its own")
    if kind == "enum":
        return {"name": class_.__name__, "values": [member.value for member in class_]}
    told = {"name": class_.__name__, "fields": [_field(field, (*above, info.cls)) for field in info.fields]}
    if kind != "struct":
        return told
    options = {"tag": info.tag, "tag_field": info.tag_field, "array_like": info.array_like}
    return {**told, **options, "closed": info.forbid_unknown_fields}


def _field(field: inspect.Field, above: tuple[Any, ...]) -> Description:
    return {
        "name": field.name,
        "as": field.encode_name,
        "required": field.required,
        "type": _described(field.type, above),
    }
