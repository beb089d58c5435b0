"""A type that is rebuilt from its description accepts and refuses what the type itself does."""

import json
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Annotated, Any, Literal, NamedTuple, NotRequired, TypedDict
from uuid import UUID

import attrs
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters.json.codec import decode, encode
from chalicelib.core.errors import InvalidInputError, MalformedError
from chalicelib.handlers.describe import NotPlainError, described
from chalicelib.handlers.rebuild import rebuilt


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class Cash(msgspec.Struct, tag="cash", forbid_unknown_fields=True):
    cents: Annotated[int, msgspec.Meta(ge=1, le=10**6)]


class Card(msgspec.Struct, tag="card", rename="camel"):
    card_number: Annotated[str, msgspec.Meta(pattern="^[0-9]{4}$", extra={"words": "four digits"})]
    expires_on: date | None = None


class Point(msgspec.Struct, array_like=True):
    x: float
    y: float = 0.0


@dataclass
class Address:
    street: str
    lines: list[str] = field(default_factory=list)


class Options(TypedDict):
    colour: Colour
    level: NotRequired[Level]


class Purchase(msgspec.Struct, forbid_unknown_fields=True):
    """What somebody buys."""

    pay: Cash | Card
    to: Address
    options: Options
    way: Annotated[list[Point], msgspec.Meta(max_length=3)] = []
    note: Annotated[str, msgspec.Meta(min_length=2, max_length=9)] = "none"
    mode: Literal["fast", 1] | None = None
    at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    open: time | None = None
    spare: timedelta = timedelta(0)
    price: Decimal = Decimal(0)
    id: UUID | None = None
    tags: set[str] = set()
    pair: tuple[int, str] | None = None
    many: tuple[int, ...] = ()
    more: dict[str, Annotated[float, msgspec.Meta(gt=0)]] = {}
    anything: Any = None
    raw: msgspec.Raw = msgspec.Raw(b"null")
    data: bytes = b""
    yes: bool = False
    frozen: frozenset[int] = frozenset()


RIGHT = {
    "pay": {"type": "cash", "cents": 5},
    "to": {"street": "High Street"},
    "options": {"colour": "red"},
    "way": [[1, 2], [3]],
    "more": {"a": 1.5},
    "at": "2026-11-28T08:00:00Z",
}
JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-3, 2 * 10**6), st.floats(allow_nan=False), st.text(max_size=5)
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
)
# Values near what the fields take, so that many of them fit and many nearly do.
NEAR = st.one_of(
    JSON,
    st.sampled_from(
        [
            *({"type": "cash", "cents": n} for n in (0, 1, 10**6, 10**6 + 1)),
            {"type": "cash"},
            {"type": "card", "cardNumber": "1234"},
            {"type": "card", "card_number": "1234"},
            {"type": "card", "cardNumber": "12x4", "more": 1},
            {"type": "cheque"},
            {"street": "x", "lines": ["a", 1]},
            {"street": "x", "other": 1},
            {"colour": "green"},
            {"colour": "blue", "level": 2},
            {"level": 1},
            [[1, 2]] * 4,
            [[1, "2"]],
            *(
                "fast",
                1,
                "2026-11-28",
                "2026-11-28T08:00:00",
                "08:00:00",
                "PT5S",
                "1.50",
                "x",
                "aGk=",
                [1, "a"],
                [1],
            ),
            "0f0e0d0c-0b0a-0908-0706-050403020100",
        ]
    ),
)


def verdict(text: str, type_: Any) -> Any:
    """The faults; none if the text fits the type."""
    try:
        decode(text, type_)
    except InvalidInputError as refused:
        return refused.fields
    except MalformedError as refused:
        return str(refused)
    return ()


def again(type_: Any) -> Any:
    """By way of JSON, as in what is shipped."""
    return rebuilt(json.loads(encode(described(type_))))


PURCHASE = again(Purchase)


def test_what_is_right_is_right() -> None:
    assert verdict(json.dumps(RIGHT), Purchase) == ()
    assert verdict(json.dumps(RIGHT), PURCHASE) == ()


@given(st.dictionaries(st.sampled_from([*Purchase.__struct_encode_fields__, "unknown"]), NEAR))
def test_the_same_is_refused_for_the_same_reasons(changes: dict[str, Any]) -> None:
    text = json.dumps(RIGHT | changes)

    assert verdict(text, PURCHASE) == verdict(text, Purchase)


@pytest.mark.parametrize("missing", RIGHT)
def test_what_is_missing_is_named(missing: str) -> None:
    text = json.dumps({name: value for name, value in RIGHT.items() if name != missing})

    assert verdict(text, PURCHASE) == verdict(text, Purchase)


@pytest.mark.parametrize("type_", [str, dict[str, Any], list[int], int | None, Any, Colour, Literal["a"]])
@given(data=NEAR)
def test_a_payload_need_not_be_a_class(type_: Any, data: Any) -> None:
    assert verdict(json.dumps(data), again(type_)) == verdict(json.dumps(data), type_)


class Checked(msgspec.Struct):
    name: str

    def __post_init__(self) -> None:
        if not self.name:
            raise ValueError("name must not be empty")


@dataclass
class CheckedToo:
    name: str

    def __post_init__(self) -> None:
        """Some check."""


@attrs.define
class CheckedByAttrs:
    name: str = attrs.field(validator=attrs.validators.min_len(1))


class Lenient(Enum):
    A = "a"

    @classmethod
    def _missing_(cls, value: object) -> "Lenient":
        return cls.A


class Tree(msgspec.Struct):
    branches: list["Tree"] = []


class Pair(NamedTuple):
    left: int


class Own:
    """Nothing that msgspec knows."""


@pytest.mark.parametrize(
    ("type_", "reason"),
    [
        (Checked, "Checked has code of its own"),
        (list[Checked], "Checked has code of its own"),
        (CheckedToo, "CheckedToo has code"),
        (CheckedByAttrs, "CheckedByAttrs has code"),
        (Lenient, "Lenient has code"),
        (Tree, "Tree contains itself"),
        (Pair, "NamedTupleType has a form of its own"),
        (Own, "CustomType has a form of its own"),
    ],
)
def test_what_cannot_be_told_as_data_is_named(type_: Any, reason: str) -> None:
    with pytest.raises(NotPlainError, match=reason):
        described(type_)
