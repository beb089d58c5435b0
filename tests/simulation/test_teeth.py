"""Every deliberate defect is found, and soon."""

import logging
from collections.abc import Iterator
from itertools import chain

import pytest

from tests.simulation import (  # noqa: F401 - they enter themselves into DEFECTS
    administration_mutations,
    beating_mutations,
    callback_mutations,
    departing_mutations,
    draining_mutations,
    emitting_mutations,
    entry_mutations,
    holding_mutations,
    lane_mutations,
    large_mutations,
    limit_mutations,
    looking_mutations,
    pacing_mutations,
    reading_mutations,
    services_mutations,
    slot_mutations,
    stepping_mutations,
    stopping_mutations,
    sweeping_mutations,
    uploading_mutations,
)
from tests.simulation.known_seeds import KNOWN
from tests.simulation.mutations import DEFECTS
from tests.simulation.run import reason_against

HISTORIES = 3_000


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
