"""Rows have the values that PynamoDB would have read."""

from typing import Any

import pytest
from pynamodb.attributes import MapAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import AttributeDeserializationError
from pynamodb.models import Model

from chalicelib.adapters.dynamodb import identity_models, models, note_models
from chalicelib.adapters.dynamodb.rows import Row, plain

ROWS = [
    found
    for module in (models, identity_models, note_models)
    for found in vars(module).values()
    if isinstance(found, type) and issubclass(found, Row) and found not in {Row, models.VersionedItem}
]
NUMBERS = ("0", "7", "-3", "1764450000000", "1.5", "1E+2", "-0.25")


def by_pynamodb(model: type[Row], stored: dict[str, Any]) -> Any:
    read: Any = Model.from_raw_data
    return read.__func__(model, stored)


def values(item: Any) -> dict[str, Any]:
    found = dict(item.attribute_values)
    return {name: v.attribute_values if isinstance(v, MapAttribute) else v for name, v in found.items()}


def stored_values(attribute: Any) -> list[dict[str, Any]]:
    by_type: dict[type, list[dict[str, Any]]] = {
        UnicodeAttribute: [{"S": ""}, {"S": "ü"}, {"NULL": True}],
        NumberAttribute: [{"N": number} for number in NUMBERS],
        MapAttribute: [{"M": {}}, {"M": {"one": {"N": "1"}, "two": {"S": "2"}}}],
    }
    return by_type[type(attribute)]


@pytest.mark.parametrize("model", ROWS)
@pytest.mark.parametrize("nth", range(len(NUMBERS)))
def test_a_row_has_the_values_that_pynamodb_reads(model: type[Row], nth: int) -> None:
    stored = {"unknown": {"S": "of a newer release"}}
    for place, attribute in enumerate(model.get_attributes().values()):
        if place % (nth + 1) == 0:
            possible = stored_values(attribute)
            stored[attribute.attr_name] = possible[(nth + place) % len(possible)]

    row, expected = model.from_raw_data(stored), by_pynamodb(model, stored)

    assert values(row) == values(expected)
    assert {name: type(value) for name, value in row.attribute_values.items()} == {
        name: type(value) for name, value in expected.attribute_values.items()
    }
    assert vars(row).keys() == vars(expected).keys()


@pytest.mark.parametrize("model", ROWS)
def test_a_plain_row_has_all_attributes(model: type[Row]) -> None:
    row = model.from_raw_data({})

    read = plain(row)

    assert vars(read) == {name: getattr(row, name) for name in model.get_attributes()}


def test_an_attribute_of_another_type_is_refused() -> None:
    with pytest.raises(AttributeDeserializationError, match="tail"):
        models.QueueItem.from_raw_data({"tail": {"S": "seven"}})


def test_no_row_has_a_default_that_is_called() -> None:
    for model in ROWS:
        assert not any(callable(attribute.default) for attribute in model.get_attributes().values())
