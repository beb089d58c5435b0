"""Faults are short, however much they complain of."""

import json
from typing import Any

import pytest

from chalicelib.adapters.json.codec import decode
from chalicelib.adapters.json.faults import LONGEST_ECHO, MOST_FAULTS
from chalicelib.api.queueing.orders import Batch, Order
from chalicelib.core.errors import InvalidInputError, MalformedError


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        (json.dumps({"type": "echo", "on_failure": "\\" * 1_900_000}), Order),
        (json.dumps({"type": "echo", "x" * 1_900_000: 1}), Order),
        (json.dumps({f"{n}": 1 for n in range(100_000)}), Order),
        (json.dumps({"requests": [{"x": 1}] * 50_000}), Batch),
        (json.dumps({"x" * 100_000: {"y" * 100_000: "z"}}), dict[str, dict[str, int]]),
    ],
    ids=["a value", "a name", "many names", "many items", "a path"],
)
def test_no_answer_grows_with_the_input_that_it_complains_of(text: str, type_: Any) -> None:
    with pytest.raises(InvalidInputError) as refused:
        decode(text, type_)

    assert len(refused.value.fields) <= MOST_FAULTS
    assert all(len(f.path) <= LONGEST_ECHO and len(f.message) <= LONGEST_ECHO for f in refused.value.fields)
    assert len(str(refused.value)) < 3 * LONGEST_ECHO


@pytest.mark.parametrize("text", ['{"' + "x" * 100_000, '{"a": ' + "[" * 100_000, '{"a": ' + "9" * 100_000])
def test_what_is_not_json_is_not_sent_back_either(text: str) -> None:
    with pytest.raises(MalformedError) as refused:
        decode(text, Order)

    assert len(str(refused.value)) <= LONGEST_ECHO
