"""What values of a type look like, in words for a person who does not know Python."""

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import inspect, json

from chalicelib.adapters.json.patterns import ecma

ENDLESS = 10**9  # a limit from here on is one of the machine, of which a person need not be told
WORDS = "words"  # in Meta.extra: says in words what a type's pattern says to programs


def expected(type_: Any) -> str:
    """As in "must be …": `text of 8 to 128 characters`, `a whole number from 1 to 100`."""
    return _words(inspect.type_info(type_))


def _words(info: inspect.Type) -> str:
    return next(words(info) for kind, words in KINDS if isinstance(info, kind))


def _text(info: Any) -> str:
    pattern = f" like {ecma(info.pattern)}" if info.pattern else ""
    return f"text{_length(info.min_length, info.max_length, 'characters')}{pattern}"


def _list(info: Any) -> str:
    return f"a list{_length(info.min_length, info.max_length, 'items')}"


def _object(info: Any) -> str:
    return f"an object{_length(info.min_length, info.max_length, 'members')}"


def _length(least: int | None, most: int | None, unit: str) -> str:
    if least and most is not None:
        return f" of {least} to {most} {unit}"
    if least:
        return f" of at least {least} {unit}"
    return "" if most is None else f" of at most {most} {unit}"


def _tuple(info: Any) -> str:
    return _items(len(info.item_types), len(info.item_types))


def _record(info: Any) -> str:
    """A class with fields; of some, the values are lists."""
    if isinstance(info, inspect.StructType) and not info.array_like:
        return "an object"
    tags = int(getattr(info, "tag", None) is not None)
    required = sum(field.required for field in info.fields)
    return _items(tags + required, tags + len(info.fields))


def _items(least: int, most: int) -> str:
    if least != most:
        return f"a list of {least} to {most} items"
    return f"a list of {most} item{'s' * (most != 1)}"


def _number(info: Any) -> str:
    name = "a whole number" if isinstance(info, inspect.IntType) else "a number"
    if info.ge is not None and info.le is not None and info.le < ENDLESS:
        return f"{name} from {info.ge:g} to {info.le:g}"
    limits = {"of at least": info.ge, "above": info.gt, "of at most": info.le, "below": info.lt}
    said = [f"{word} {limit:g}" for word, limit in limits.items() if limit is not None and limit < ENDLESS]
    return " ".join([name, *[" and ".join(said)][: len(said)]])


def _moment(info: Any) -> str:
    if info.tz is False:
        return "a date and a time without a time zone, such as 2026-11-25T08:00:00"
    return "a date and a time with a time zone, such as 2026-11-25T08:00:00Z"


def _choice(info: Any) -> str:
    return _either(json.encode(value).decode() for value in info.values)


def _member(info: Any) -> str:
    return _either(json.encode(member).decode() for member in info.cls)


def _named(info: Any) -> str:
    return str((info.extra or {}).get(WORDS) or _words(info.type))


def _union(info: Any) -> str:
    """Without null, which is but another way to leave a field out."""
    kinds = [_words(kind) for kind in info.types if not isinstance(kind, inspect.NoneType)]
    return _either(dict.fromkeys(kinds))


def _either(words: Iterable[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last


def _plainly(words: str) -> Callable[[Any], str]:
    return lambda _: words


# More specific kinds come first.
KINDS: list[tuple[type, Callable[[Any], str]]] = [
    (inspect.Metadata, _named),
    (inspect.UnionType, _union),
    (inspect.LiteralType, _choice),
    (inspect.EnumType, _member),
    (inspect.BoolType, _plainly("true or false")),
    (inspect.NoneType, _plainly("null")),
    (inspect.IntType, _number),
    (inspect.FloatType, _number),
    (inspect.DecimalType, _plainly("a decimal number")),
    (inspect.StrType, _text),
    (inspect.BytesType, _plainly("bytes in Base64")),
    (inspect.DateTimeType, _moment),
    (inspect.DateType, _plainly("a date such as 2026-11-25")),
    (inspect.TimeType, _plainly("a time such as 08:00:00")),
    (inspect.TimeDeltaType, _plainly("a duration such as PT90S")),
    (inspect.UUIDType, _plainly("a UUID")),
    (inspect.TupleType, _tuple),
    (inspect.CollectionType, _list),
    (inspect.NamedTupleType, _record),
    (inspect.StructType, _record),
    (inspect.DictType, _object),
    (inspect.AnyType, _plainly("JSON")),
    (inspect.RawType, _plainly("JSON")),
    (inspect.CustomType, _plainly("of the form that the API describes")),
    (inspect.Type, _plainly("an object")),
]
