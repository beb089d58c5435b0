"""Every deliberate defect is found, and soon."""

import logging
from collections.abc import Iterator
from itertools import chain

import pytest

from tests.simulation import (  # noqa: F401 - they enter themselves into DEFECTS
    beating_mutations,
    draining_mutations,
    emitting_mutations,
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
    "account removed while something is at it": 489,
    "account removed whosever it is": 31,
    "attempt begun that does not know of events": 148,
    "attempt begun that does not know of steps": 160,
    "cancel what was not accepted": 646,
    "chunk of another attempt taken for own": 924,
    "close without a condition": 77,
    "dead attempt not missed by the sweeper": 176,
    "delays of handlers taken as they are": 128,
    "effects written before the outcome": 37,
    "end of a stopped attempt awaited until its deadline": 1924,
    "entry enters a queue that is to be removed": 45,
    "entry enters at a place that is taken": 601,
    "events stored after the outcome": 628,
    "events that expire before their request": 332,
    "finish by whoever began it": 159,
    "finish without a condition": 131,
    "first event stored after those of a later attempt": 748,
    "first of a batch taken for unwritten when it has expired": 130,
    "follow ups written before the outcome": 69,
    "go idle without looking at the tail": 97,
    "go_idle without a condition": 97,
    "halt whatever was said since": 924,
    "held queue opened without a condition": 481,
    "history deleted and what is scheduled kept": 477,
    "hold without a condition": 245,
    "interrupt that stops nothing": 225,
    "interrupted deletion left at that": 339,
    "latest start not looked at before begin": 794,
    "marked as eventful without a condition": 68,
    "move_read without a condition": 277,
    "note added without a condition": 907,
    "nothing is in the way": 185,
    "own read taken for anothers": 22,
    "place looked up again after a lost answer": 116,
    "queue closed that is to be removed": 89,
    "queue closed under a new session": 39,
    "queue held though its head was cancelled": 218,
    "renewal not seen by who begins again": 1594,
    "renewed without a condition": 202,
    "second stop replaces the first": 69,
    "signal not looked for once it is awaited": 1006,
    "signal that wakes nobody": 155,
    "slot deleted whoever has entered it": 87,
    "slot entered whoever was faster": 423,
    "stop of an attempt that is over": 1264,
    "stop that no handler hears of": 75,
    "stopped request begun again": 111,
    "superseded head not missed by the sweeper": 1745,
    "superseded request begun": 1444,
    "suspended without a condition": 323,
    "sweep ended by one error": 37,
    "void taken for the request": 159,
    "void without a condition": 105,
    "wake up never held": 31,
    "watcher that begins in the middle of a chunk": 148,
    "watcher told of the end before the chain is closed": 52,
    "what is cancelled expires before its turn": 266,
    "what was begun expires": 37,
    "woken without a condition": 3299,
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
