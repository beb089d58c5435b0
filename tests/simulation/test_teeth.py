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
    stepping_mutations,
    sweeping_mutations,
)
from tests.simulation.mutations import DEFECTS
from tests.simulation.run import reason_against

HISTORIES = 3_000
# A history that finds the defect, tried first to save time. After a change, the search finds another.
KNOWN = {
    "account removed while something is at it": 388,
    "attempt begun that does not know of steps": 2062,
    "cancel what was not accepted": 1072,
    "finish by whoever began it": 162,
    "finish without a condition": 218,
    "first of a batch taken for unwritten when it has expired": 74,
    "go idle without looking at the tail": 113,
    "halt whatever was said since": 3445,
    "held queue opened without a condition": 506,
    "move_read without a condition": 1228,
    "queue held though its head was cancelled": 116,
    "renewal not seen by who begins again": 784,
    "renewed without a condition": 351,
    "signal not looked for once it is awaited": 254,
    "signal that wakes nobody": 155,
    "sweep ended by one error": 37,
    "void without a condition": 159,
    "woken without a condition": 763,
    "what is cancelled expires before its turn": 1127,
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
