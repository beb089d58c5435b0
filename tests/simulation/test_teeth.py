"""Every deliberate defect is found, and soon."""

import logging
from collections.abc import Iterator
from itertools import chain

import pytest

from tests.simulation import (  # noqa: F401 - they enter themselves into DEFECTS
    draining_mutations,
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
    "account removed while something is at it": 219,
    "cancel what was not accepted": 945,
    "delays of handlers taken as they are": 122,
    "finish by whoever began it": 763,
    "finish without a condition": 106,
    "first of a batch taken for unwritten when it has expired": 119,
    "halt whatever was said since": 529,
    "move_read without a condition": 945,
    "users end pauses of administrators": 294,
    "void without a condition": 445,
    "what is cancelled expires before its turn": 2327,
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
