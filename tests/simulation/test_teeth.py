"""Every deliberate defect is found, and soon."""

import logging
from collections.abc import Iterator
from itertools import chain

import pytest

from tests.simulation import (  # noqa: F401 - they enter themselves into DEFECTS
    beating_mutations,
    draining_mutations,
    holding_mutations,
    lane_mutations,
    large_mutations,
    reading_mutations,
    sweeping_mutations,
)
from tests.simulation.mutations import DEFECTS
from tests.simulation.run import reason_against

HISTORIES = 3_000
# A history that finds the defect, tried first to save time. After a change, the search finds another.
KNOWN = {
    "account removed while something is at it": 19,
    "cancel what was not accepted": 1628,
    "delays of handlers taken as they are": 72,
    "finish by whoever began it": 112,
    "finish without a condition": 76,
    "first of a batch taken for unwritten when it has expired": 134,
    "go idle without looking at the tail": 568,
    "halt whatever was said since": 294,
    "move_read without a condition": 306,
    "users end pauses of administrators": 222,
    "renewed without a condition": 351,
    "void without a condition": 150,
    "what is cancelled expires before its turn": 1781,
}


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    DEFECTS[name](monkeypatch)

    seeds = chain([KNOWN[name]] if name in KNOWN else [], range(HISTORIES))
    found = next(filter(None, map(reason_against, seeds)), f"not found in {HISTORIES} histories")
    assert found.startswith("Violation")
