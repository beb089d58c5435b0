"""Everything that is wrong with a JSON text, said in words.

msgspec stops at the first fault and speaks of Python's types; a person wants to know all faults of a form.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from types import UnionType
from typing import Annotated, Any, NamedTuple, TypeAliasType, Union, get_args, get_origin

import msgspec

from chalicelib.adapters.json.expectations import expected
from chalicelib.core.errors import FieldError

MOST_FAULTS = 20  # in one answer
LONGEST_ECHO = 200  # characters of the caller's input in an answer
LISTS = (list, tuple, set, frozenset, Sequence)
OBJECTS = (dict, Mapping)


class _Part(NamedTuple):
    path: str
    data: msgspec.Raw
    type: Any


def bounded(text: str) -> str:
    """Short enough to be sent back: an answer must never grow with the input that it complains of."""
    return text if len(text) <= LONGEST_ECHO else f"{text[: LONGEST_ECHO - 1]}…"


def find_faults(data: bytes | str, type_: Any, path: str = "") -> tuple[FieldError, ...]:
    """Why the JSON text does not fit the type: the first faults, with their paths below `path`."""
    found = islice(_faults(msgspec.Raw(data), type_, path), MOST_FAULTS)
    return tuple(FieldError(bounded(fault.path), bounded(fault.message)) for fault in found)


def _faults(data: msgspec.Raw, type_: Any, path: str) -> Iterator[FieldError]:
    """A value does not fit because of its parts, or else by itself."""
    try:
        msgspec.json.decode(data, type=type_)
    except msgspec.ValidationError as error:
        refused = error
    else:
        return
    fits = True
    for fault in _faults_within(data, _plain(type_), path):
        fits = False
        yield fault
    if fits:
        yield FieldError(path, sentence(refused, type_))


def _faults_within(data: msgspec.Raw, type_: Any, path: str) -> Iterator[FieldError]:
    if isinstance(type_, type) and issubclass(type_, msgspec.Struct):
        yield from _faults_of_names(data, type_, path)
    for part in _parts(data, type_, path):
        yield from _faults(part.data, part.type, part.path)


def _faults_of_names(data: msgspec.Raw, type_: type[msgspec.Struct], path: str) -> Iterator[FieldError]:
    given = _decoded(data, dict[str, msgspec.Raw])
    if given is None:
        return
    fields = {field.encode_name: field.required for field in msgspec.structs.fields(type_)}
    for name, required in fields.items():
        if required and name not in given:
            yield FieldError(_below(path, name), "is missing")
    if type_.__struct_config__.forbid_unknown_fields:
        yield from (_unknown(type_, name, path) for name in given if name not in fields)


def _unknown(type_: type[msgspec.Struct], name: str, path: str) -> FieldError:
    """A type may say in its class variable `elsewhere` where a field belongs that callers expect in it."""
    hints: Mapping[str, str] = getattr(type_, "elsewhere", {})
    return FieldError(_below(path, name), hints.get(name, "is not known here"))


def _parts(data: msgspec.Raw, type_: Any, path: str) -> Iterable[_Part]:
    """What a value of the type consists of, as far as the parts can be judged by themselves."""
    if get_origin(type_) in LISTS and get_args(type_):
        items = _decoded(data, list[msgspec.Raw]) or []
        return (_Part(f"{path}[{i}]", item, get_args(type_)[0]) for i, item in enumerate(items))
    members = _decoded(data, dict[str, msgspec.Raw]) or {}
    types = _types_of_members(type_, members)
    return (_Part(_below(path, name), members[name], types[name]) for name in members if name in types)


def _types_of_members(type_: Any, names: Iterable[str]) -> Mapping[str, Any]:
    if get_origin(type_) in OBJECTS:
        return dict.fromkeys(names, get_args(type_)[1])
    if isinstance(type_, type) and issubclass(type_, msgspec.Struct):
        return {field.encode_name: field.type for field in msgspec.structs.fields(type_)}
    return {}


def _decoded[T](data: msgspec.Raw, type_: type[T]) -> T | None:
    try:
        return msgspec.json.decode(data, type=type_)
    except msgspec.ValidationError:
        return None


def _plain(type_: Any) -> Any:
    """Without its name, its limits, and null as an alternative."""
    if isinstance(type_, TypeAliasType):
        return _plain(type_.__value__)
    if get_origin(type_) is Annotated:
        return _plain(get_args(type_)[0])
    if get_origin(type_) in (Union, UnionType):
        kinds = [kind for kind in get_args(type_) if kind is not type(None)]
        return _plain(kinds[0]) if len(kinds) == 1 else type_
    return type_


def sentence(error: msgspec.ValidationError, type_: Any) -> str:
    """What is wrong with a value of the type that has no parts, as in "`seconds` …"."""
    own = error.__cause__  # a type's own check has refused the value, with a sentence of its own
    if own is not None and not isinstance(own, UnicodeError):
        return str(own)
    if str(error).startswith("Number out of range"):
        return "has a number that is too large"
    return f"must be {expected(type_)}"


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
