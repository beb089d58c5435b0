"""Which calls count as the same call."""

from typing import Any

import pytest

from chalicelib.core.queueing.idempotency import fingerprint


def of(payload: str, **members: Any) -> str:
    return fingerprint([{"type": "echo", "payload": payload, **members}])


@pytest.mark.parametrize(
    "same",
    [
        '{"a": 1,\n "b": [2, {"c": "\u00e9"}]}',
        '{"b":[2,{"c":"\u00e9"}],"a":1}',
        r'{"\u0061":1,"b":[2,{"c":"\u00E9"}]}',
    ],
)
def test_spaces_order_and_escapes_do_not_matter(same: str) -> None:
    assert of(same) == of('{"a":1,"b":[2,{"c":"é"}]}')


@pytest.mark.parametrize(
    "other",
    [
        '{"a":2}',
        '{"a":"1"}',
        '{"a":true}',
        '{"a":[1]}',
        '{"A":1}',
        '{"a":1,"b":null}',
        "1",
        '"1"',
    ],
)
def test_another_payload_is_another_call(other: str) -> None:
    assert of(other) != of('{"a":1}')


@pytest.mark.parametrize(
    ("one", "another"),
    [
        ("9007199254740993", "9007199254740992"),
        ("0.1", "0.10000000000000001"),
        ("1e400", "1e401"),
        ("[1,2]", "[2,1]"),
        ("[1]", '[{"n":1}]'),
    ],
)
def test_numbers_are_told_apart_exactly_and_lists_have_an_order(one: str, another: str) -> None:
    assert of(one) != of(another)


def test_what_was_not_given_counts_as_null_and_what_was_given_counts() -> None:
    assert of("1", max_attempts=None, later=None) == of("1")
    assert len({of("1"), of("1", max_attempts=2), of("1", on_failure="halt"), of("1", not_before=2)}) == 4


def test_two_requests_are_not_one() -> None:
    one = {"type": "echo", "payload": "1"}

    assert fingerprint([one, one]) != fingerprint([one])


def test_the_form_is_kept() -> None:
    """A change of it would refuse the keys in flight while it is deployed; then FORM must change as well."""
    assert of('{"a":[1,"x",null]}', max_attempts=3) == (
        "1:9387c73cb6689c1750b59bcad456ddffe530b811192e48712e0b423511a59240"
    )
