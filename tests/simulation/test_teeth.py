"""Every deliberate defect is found, and soon."""

import logging
from collections.abc import Iterator
from itertools import chain

import pytest

from tests.simulation import (  # noqa: F401 - they enter themselves into DEFECTS
    beating_mutations,
    draining_mutations,
    entry_mutations,
    holding_mutations,
    lane_mutations,
    large_mutations,
    reading_mutations,
    slot_mutations,
    stepping_mutations,
    stopping_mutations,
    sweeping_mutations,
)
from tests.simulation.mutations import DEFECTS
from tests.simulation.run import reason_against

HISTORIES = 3_000
# A history that finds the defect, tried first to save time. After a change, the search finds another.
KNOWN = {
    "account removed while something is at it": 388,
    "attempt begun that does not know of steps": 2062,
    "cancel what was not accepted": 213,
    "dead attempt not missed by the sweeper": 176,
    "delays of handlers taken as they are": 102,
    "end of a stopped attempt awaited until its deadline": 360,
    "entry enters at a place that is taken": 221,
    "finish by whoever began it": 162,
    "finish whatever was asked": 154,
    "finish without a condition": 218,
    "first of a batch taken for unwritten when it has expired": 194,
    "follow ups written before the outcome": 61,
    "go idle without looking at the tail": 239,
    "halt whatever was said since": 117,
    "held queue opened without a condition": 228,
    "history deleted and what is scheduled kept": 77,
    "interrupt that stops nothing": 1267,
    "latest start not looked at before begin": 794,
    "move_read without a condition": 1228,
    "queue held though its head was cancelled": 247,
    "renewal not seen by who begins again": 379,
    "renewed without a condition": 351,
    "requeue whatever was asked": 175,
    "second stop replaces the first": 442,
    "signal not looked for once it is awaited": 254,
    "signal that wakes nobody": 155,
    "stop of an attempt that is over": 225,
    "stopped request begun again": 154,
    "superseded head not missed by the sweeper": 532,
    "sweep ended by one error": 37,
    "void taken for the request": 159,
    "void without a condition": 159,
    "what is cancelled expires before its turn": 1127,
    "woken without a condition": 763,
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
