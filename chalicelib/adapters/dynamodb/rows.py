"""How a stored item becomes an instance of its model.

A model has some fifty attributes, and an item a third of them. PynamoDB sets the default of each attribute
twice, looks for each in the item, and sets each through its descriptor, which was a seventh of what a worker
did. A row has the values that PynamoDB would have, and everything else of a model is PynamoDB's.
"""

import json
from collections.abc import Callable, Mapping
from functools import cache
from types import SimpleNamespace
from typing import Any, NamedTuple, Self, cast

from pynamodb.attributes import Attribute, MapAttribute, NumberAttribute
from pynamodb.constants import NULL
from pynamodb.models import Model


class Row(Model):
    """A model whose items are read in that way. Its attributes have no callable defaults."""

    @classmethod
    def from_raw_data(cls, data: Mapping[str, Any]) -> Self:
        row = cls.__new__(cls)
        row.deserialize(data)
        return row

    def deserialize(self, attribute_values: Mapping[str, Mapping[str, Any]]) -> None:
        columns = _columns(type(self))
        values = dict(_defaults(type(self)))
        for stored_name, stored in attribute_values.items():
            if (column := columns.get(stored_name)) and NULL not in stored:
                values[column.name] = column.read(column.attribute.get_value(stored))
        self.attribute_values = values


class _Column(NamedTuple):
    name: str  # of the attribute in the model
    attribute: Attribute[Any]
    read: Callable[[Any], Any]


def plain[R: Row](row: R) -> R:
    """The row's attributes alone, to read many of them: each access to a model takes ten times as long."""
    return cast("R", SimpleNamespace(**{**_missing(type(row)), **row.attribute_values}))


@cache
def _columns(model: type[Row]) -> Mapping[str, _Column]:
    """By the names that are stored."""
    return {
        attribute.attr_name: _Column(name, attribute, _reader(attribute))
        for name, attribute in model.get_attributes().items()
    }


@cache
def _defaults(model: type[Row]) -> Mapping[str, Any]:
    attributes = model.get_attributes().items()
    return {name: attribute.default for name, attribute in attributes if attribute.default is not None}


@cache
def _missing(model: type[Row]) -> Mapping[str, None]:
    return dict.fromkeys(model.get_attributes())


def _reader(attribute: Attribute[Any]) -> Callable[[Any], Any]:
    if isinstance(attribute, MapAttribute):  # reads a dictionary, of which its descriptor would make a map
        return lambda stored: type(attribute)(**attribute.deserialize(stored))
    return _number if type(attribute) is NumberAttribute else attribute.deserialize


def _number(text: str) -> float:
    """As PynamoDB reads it: most are whole, and not negative."""
    return int(text) if text.isdecimal() else cast("float", json.loads(text))
