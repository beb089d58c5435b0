"""Every deliberate defect is found, and soon."""

import logging
from collections.abc import Iterator

import pytest

from tests.simulation import (  # noqa: F401 - they enter themselves into DEFECTS
    lane_mutations,
    reading_mutations,
    sweeping_mutations,
)
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

    found = next(filter(None, map(reason_against, range(HISTORIES))), f"not found in {HISTORIES} histories")
    assert found.startswith("Violation")
