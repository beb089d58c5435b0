"""Faults of a JSON text: all of them at once, in words."""

from collections import namedtuple
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, NewType, NotRequired, TypedDict
from uuid import UUID

import msgspec
import pytest

from chalicelib.adapters.json.codec import decode
from chalicelib.adapters.json.expectations import expected
from chalicelib.api.identity.account_bodies import Register
from chalicelib.api.queueing.orders import Batch, Order
from chalicelib.api.queueing.scheduled_body import ScheduledOrder
from chalicelib.core.errors import InvalidInputError


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Item(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    elsewhere: ClassVar = {"price": "is not known here: it belongs into the order"}

    item_name: str
    amount: Annotated[int, msgspec.Meta(ge=1, le=9)] = 1


@dataclass
class Address:
    street: str
    lines: list["Line"] = field(default_factory=list)


@dataclass
class Box[T]:
    held: list[T]


class Line(TypedDict):
    text: Annotated[str, msgspec.Meta(max_length=3)]
    bold: NotRequired[bool]


Bare = namedtuple("Bare", "x y")  # noqa: PYI024 - without types


class Place(NamedTuple):
    name: str
    line: Line | None = None


class Point(msgspec.Struct, array_like=True):
    x: float


class Cash(msgspec.Struct, tag="cash", forbid_unknown_fields=True):
    cents: Annotated[int, msgspec.Meta(ge=1)]


class Card(msgspec.Struct, tag="card"):
    number: str
    owner: Address | None = None


Name = NewType("Name", str)


class Strict(msgspec.Struct):
    first: int
    last: int

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise ValueError("first must not be after last")


def faults(text: str, type_: Any, under: str = "") -> dict[str, str]:
    with pytest.raises(InvalidInputError) as refused:
        decode(text.encode(), type_, under)
    return {fault.path: fault.message for fault in refused.value.fields}


def test_all_faults_of_a_body_are_told_at_once_and_a_field_that_is_missing_by_its_name() -> None:
    assert faults('{"nam": "ada", "password": 12345678}', Register) == {
        "username": "is missing",
        "nam": "is not known here",
        "password": "must be text of at most 512 characters",
    }


def test_the_sentence_is_the_first_fault_and_says_how_many_follow() -> None:
    for text, sentence in {
        '{"username": "ada"}': "password is missing.",
        '{"username": 1}': "password is missing, and 1 more fault.",
        '{"a": 1}': "username is missing, and 2 more faults.",
        "[]": "The body must be an object.",
    }.items():
        with pytest.raises(InvalidInputError) as refused:
            decode(text, Register)
        assert str(refused.value) == sentence


def test_a_path_is_written_as_the_caller_wrote_it() -> None:
    items = '{"a": {"itemName": "x", "amount": 0}, "b": {"amount": 1, "price": 2}}'

    assert faults(items, dict[str, Item], under="payload") == {
        "payload.a.amount": "must be a whole number from 1 to 9",
        "payload.b.itemName": "is missing",
        "payload.b.price": "is not known here: it belongs into the order",
    }
    assert faults('{"requests": [{"type": "echo"}, {"type": 1}, 2]}', Batch) == {
        "requests[1].type": "must be text of 1 to 64 characters",
        "requests[2]": "must be an object",
    }


def test_a_batch_at_the_address_for_one_request_is_told_where_it_belongs() -> None:
    found = faults('{"requests": [{"type": "echo"}]}', Order)

    assert found["requests"] == "is not accepted here: send batches to /api/queue/enqueue/batch"


@pytest.mark.parametrize("name", ["start_before", "slot", "if_busy", "payload_upload"])
def test_what_a_scheduled_request_cannot_have_is_told_with_what_to_do_instead(name: str) -> None:
    body = f'{{"type": "echo", "enter_at": "2026-11-30T00:00:00Z", "{name}": "queue"}}'

    assert faults(body, ScheduledOrder) == {
        name: "is not accepted here: send the request now, with `not_before`"
    }


@pytest.mark.parametrize(
    ("text", "type_", "expected"),
    [
        ('{"street": 1, "other": 1}', Address, {"street": "must be text"}),
        ('{"lines": [{"text": "long"}, {}]}', Address, {
            "street": "is missing",
            "lines[0].text": "must be text of at most 3 characters",
            "lines[1].text": "is missing",
        }),
        ('{"text": "a", "bold": 1}', Line, {"bold": "must be true or false"}),
        ('{"held": [{"text": 1}]}', Box[Line], {"held[0].text": "must be text of at most 3 characters"}),
        ('[1, {"text": "a", "bold": 1}]', Place, {
            "[0]": "must be text",
            "[1].bold": "must be true or false",
        }),
        ('["a", null, 1]', Place, {"": "must be a list of 1 to 2 items"}),
        ("[]", Place, {"": "must be a list of 1 to 2 items"}),
        ('["x"]', Point, {"[0]": "must be a number"}),
        ("[[1]]", list[Bare], {"[0]": "must be a list of 2 items"}),
        ("[[1, 2], 3]", list[Bare], {"[1]": "must be a list of 2 items"}),
        ('["a", "b"]', tuple[int, str], {"[0]": "must be a whole number"}),
        ("[1]", tuple[int, str], {"": "must be a list of 2 items"}),
        ('{"type": "cash", "cents": 0, "more": 1}', Cash | Card, {
            "more": "is not known here",
            "cents": "must be a whole number of at least 1",
        }),
        ('{"type": "card", "owner": {}}', Cash | Card | None, {
            "number": "is missing",
            "owner.street": "is missing",
        }),
        ('{"type": "cheque"}', Cash | Card, {"type": 'must be "card" or "cash"'}),
        ('{"type": []}', Cash | Card, {"type": 'must be "card" or "cash"'}),
        ('{"cents": 1}', Cash | Card, {"type": "is missing"}),
        ('{"type": "card", "cents": 1}', Cash, {"type": 'must be "cash"'}),
        ('{"cents": 0}', Cash, {"cents": "must be a whole number of at least 1"}),
        ("5", Cash | Card | list[int], {"": "must be an object or a list"}),
        ('{"cents": 0}', Cash | list[int] | str, {"cents": "must be a whole number of at least 1"}),
        ('[1, "a"]', Cash | list[int] | str, {"[1]": "must be a whole number"}),
        ('{"a": {"text": 1}}', dict[str, Line] | str, {"a.text": "must be text of at most 3 characters"}),
        ('{"a": 1, "2": "b"}', dict[int, str], {"a": "must be text"}),
        ('{"a": "b"}', dict[int, str], {"a": "has a name that must be a whole number"}),
        ('{"names": ["a", 1]}', dict[str, list[Name]], {"names[1]": "must be text"}),
    ],
)  # fmt: skip
def test_the_wrong_part_of_a_class_of_whatever_make_is_named(
    text: str, type_: Any, expected: dict[str, str]
) -> None:
    assert faults(text, type_) == expected


def test_a_types_own_sentence_is_kept() -> None:
    assert faults('{"first": 2, "last": 1}', Strict) == {"": "first must not be after last"}
    assert faults('{"first": 2, "last": "x"}', Strict) == {"last": "must be a whole number"}


@pytest.mark.parametrize(
    ("type_", "words"),
    [
        (str, "text"),
        (Annotated[str, msgspec.Meta(min_length=2)], "text of at least 2 characters"),
        (Annotated[str, msgspec.Meta(max_length=2)] | None, "text of at most 2 characters"),
        (Annotated[str, msgspec.Meta(pattern="^a$")], "text like ^a$"),
        (Annotated[str, msgspec.Meta(pattern="^a$", extra={"words": "an a"})], "an a"),
        (int, "a whole number"),
        (Annotated[int, msgspec.Meta(ge=1, le=10**15)], "a whole number of at least 1"),
        (Annotated[float, msgspec.Meta(gt=0, lt=20)], "a number above 0 and below 20"),
        (Annotated[float, msgspec.Meta(ge=0, le=0.5)], "a number from 0 to 0.5"),
        (bool, "true or false"),
        (int | str, "a whole number or text"),
        (Literal["skip", "halt"], '"halt" or "skip"'),
        (Colour, '"red" or "blue"'),
        (bytes, "bytes in Base64"),
        (Decimal, "a decimal number"),
        (UUID, "a UUID"),
        (date, "a date such as 2026-11-25"),
        (time, "a time such as 08:00:00"),
        (timedelta, "a duration such as PT90S"),
        (datetime, "a date and a time with a time zone, such as 2026-11-25T08:00:00Z"),
        (Annotated[list[int], msgspec.Meta(max_length=3)], "a list of at most 3 items"),
        (Annotated[dict[str, int], msgspec.Meta(max_length=3)], "an object of at most 3 members"),
        (Item, "an object"),
        (tuple[int, int], "a list of 2 items"),
        (Place, "a list of 1 to 2 items"),
        (Point, "a list of 1 item"),
        (Cash | Card, "an object"),
        (Address, "an object"),
    ],
)
def test_expected_values_are_said_in_words(type_: Any, words: str) -> None:
    assert expected(type_) == words


def test_a_number_beyond_all_is_told() -> None:
    assert faults('{"a": 1e999}', dict[str, Any]) == {"a": "has a number that is too large"}
