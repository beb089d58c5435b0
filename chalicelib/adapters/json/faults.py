"""Everything that is wrong with a JSON text, said in words.

msgspec stops at the first fault and speaks of Python's types; a person wants to know all faults of a form.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Literal, get_args, get_origin

import msgspec

from chalicelib.adapters.json.expectations import expected
from chalicelib.adapters.json.parts import (
    OBJECTS,
    Record,
    alternatives,
    plain,
    record_of,
    types_of_items,
)
from chalicelib.core.errors import FieldError

MOST_FAULTS = 20  # in one answer
LONGEST_ECHO = 200  # characters of the caller's input in an answer

type Members = Mapping[str, msgspec.Raw]


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
    for fault in _faults_within(data, plain(type_), path):
        fits = False
        yield fault
    if fits:
        yield FieldError(path, sentence(refused, type_))


def _faults_within(data: msgspec.Raw, type_: Any, path: str) -> Iterator[FieldError]:
    if (members := _decoded(data, dict[str, msgspec.Raw])) is not None:
        yield from _faults_of_object(members, type_, path)
    elif (items := _decoded(data, list[msgspec.Raw])) is not None:
        yield from _faults_of_list(items, type_, path)


def _faults_of_list(items: Sequence[msgspec.Raw], type_: Any, path: str) -> Iterator[FieldError]:
    fitting = [types for kind in alternatives(type_) if (types := types_of_items(plain(kind), len(items)))]
    if len(fitting) == 1:
        for i, (item, item_type) in enumerate(zip(items, fitting[0], strict=False)):
            yield from _faults(item, item_type, f"{path}[{i}]")


def _faults_of_object(members: Members, type_: Any, path: str) -> Iterator[FieldError]:
    kinds = [plain(kind) for kind in alternatives(type_)]
    records = [record for kind in kinds if (record := record_of(kind)) and not record.is_list]
    if records:
        yield from _faults_of_records(members, records, path)
        return
    for kind in kinds:
        if get_origin(kind) in OBJECTS:
            names, values = get_args(kind)
            yield from _faults_of_mapping(members, names, values, path)


def _faults_of_mapping(members: Members, names: Any, values: Any, path: str) -> Iterator[FieldError]:
    for name, value in members.items():
        if names is not str and not _is_name(name, names):
            yield FieldError(_below(path, name), f"has a name that must be {expected(names)}")
        yield from _faults(value, values, _below(path, name))


def _is_name(name: str, type_: Any) -> bool:
    """Whether a member may have this name."""
    return _decoded(msgspec.Raw(msgspec.json.encode({name: None})), dict[type_, Any]) is not None


def _faults_of_records(members: Members, records: Sequence[Record], path: str) -> Iterator[FieldError]:
    """Of several classes, the tag says which one is meant."""
    tag_field = records[0].tag_field
    if tag_field is None:
        yield from _faults_of_record(members, records[0], path)
        return
    by_tag = {record.tag: record for record in records}
    given = members.get(tag_field)
    if given is None and len(records) > 1:
        yield FieldError(_below(path, tag_field), "is missing")
        return
    tag = records[0].tag if given is None else _decoded(given, Any)
    record = by_tag.get(tag) if isinstance(tag, str | int) else None
    if record is None:
        yield FieldError(_below(path, tag_field), f"must be {expected(Literal[*by_tag])}")
    else:
        yield from _faults_of_record(members, record, path)


def _faults_of_record(members: Members, record: Record, path: str) -> Iterator[FieldError]:
    for name, field in record.fields.items():
        if field.required and name not in members:
            yield FieldError(_below(path, name), "is missing")
    for name in members if record.is_closed else ():
        if name not in record.fields and name != record.tag_field:
            yield _unknown(record.class_, name, path)
    for name, value in members.items():
        if name in record.fields:
            yield from _faults(value, record.fields[name].type, _below(path, name))


def _unknown(class_: Any, name: str, path: str) -> FieldError:
    """A type may say in its class variable `elsewhere` where a field belongs that callers expect in it."""
    hints: Mapping[str, str] = getattr(class_, "elsewhere", {})
    return FieldError(_below(path, name), hints.get(name, "is not known here"))


def _decoded[T](data: msgspec.Raw, type_: type[T]) -> T | None:
    try:
        return msgspec.json.decode(data, type=type_)
    except msgspec.ValidationError:
        return None


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
