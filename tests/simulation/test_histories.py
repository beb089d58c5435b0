"""Many histories keep every promise; and one seed is always the same history."""

from itertools import islice

import pytest

from tests.simulation.beating_mutations import renew_nothing
from tests.simulation.run import failures, reason_against
from tests.simulation.world import World

HISTORIES = 200
SHOWN = 3


def test_no_history_breaks_a_promise() -> None:
    found = list(islice(failures(range(HISTORIES)), SHOWN))

    assert not found, "\n\n".join(str(failure) for failure in found)


def test_no_attempt_outlives_its_deadline_when_it_cannot_be_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long attempt that takes longer than that ends with its process, each time, until it has failed."""
    renew_nothing(monkeypatch)

    assert [reason for reason in map(reason_against, range(50)) if reason] == []


@pytest.mark.parametrize("seed", range(5))
def test_a_seed_is_always_the_same_history(seed: int) -> None:
    assert outline(seed) == outline(seed)


def outline(seed: int) -> list[tuple[int, str, str]]:
    """Without what is random in it on purpose: the ids of sessions."""
    world = World(seed, recorded=True)
    world.live()
    return [(step.at, step.actor, step.call) for step in world.history.steps]
