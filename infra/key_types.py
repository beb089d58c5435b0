"""The types of the attributes in the keys of a table and of its indexes, as a template defines them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

IF, NOTHING = "Fn::If", {"Ref": "AWS::NoValue"}


def stay(before: Mapping[str, Any], after: Mapping[str, Any], table: str) -> bool:
    """Whether no attribute that both templates define for the table changes its type.

    Conditions are not evaluated: both sides of an Fn::If count. False if a definition cannot be read, since a
    function other than Fn::If makes it.
    """
    try:
        old, new = _types(before, table), _types(after, table)
    except (KeyError, TypeError):
        return False
    return all(len(old[name] | new[name]) == 1 for name in old.keys() & new.keys())


def _types(template: Mapping[str, Any], table: str) -> Mapping[str, set[str]]:
    types = defaultdict[str, set[str]](set)
    for definition in _definitions(template["Resources"][table]["Properties"]["AttributeDefinitions"]):
        name, type_ = definition["AttributeName"], definition["AttributeType"]
        if not (isinstance(name, str) and isinstance(type_, str)):
            raise TypeError(f"{definition} is not the definition of an attribute.")
        types[name].add(type_)
    return types


def _definitions(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        for part in value:
            yield from _definitions(part)
    elif IF in value:
        yield from _definitions(value[IF][1:])
    elif value != NOTHING:
        yield value
