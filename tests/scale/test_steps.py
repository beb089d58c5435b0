"""The model makes the calls and consumes the units that docs/performance.md has measured."""

from collections.abc import Callable

import pytest

from tests.docs.tables import rows_of
from tests.scale.steps import Cost, Walk, summed

MANY = 100


def performance(row: str) -> tuple[float, float, float]:
    """Calls, read units and write units of a step, as docs/performance.md has them."""
    [cells] = [cells for cells in rows_of("performance.md") if cells[0] == row]
    return float(cells[1].split()[0]), float(cells[2]), float(cells[3].split()[0])


def modelled(cost: Cost, requests: int = 1) -> tuple[float, float, float]:
    """Without what Lambda itself calls."""
    made = [action for action in cost.made if action not in ("ReceiveMessage", "DeleteMessage")]
    reads = sum(n for name, n in cost.counts.items() if name.endswith("Table reads"))
    writes = sum(n for name, n in cost.counts.items() if name.endswith(("Table writes", "index writes")))
    return len(made) / requests, reads / requests, writes / requests


def idle_enqueue(walk: Walk) -> Cost:
    walk.enqueue()
    walk.drain()
    return walk.enqueue()


def active_enqueue(walk: Walk) -> Cost:
    walk.enqueue()
    return walk.enqueue()


def single_drain(walk: Walk) -> Cost:
    walk.enqueue()
    return walk.drain()


def dequeue(walk: Walk) -> Cost:
    single_drain(walk)
    return walk.dequeue()


@pytest.mark.parametrize(
    ("row", "step"),
    [
        ("enqueue, the worker is idle", idle_enqueue),
        ("enqueue, the worker is active", active_enqueue),
        ("enqueue, the user's first in a minute", Walk.enqueue),
        ("drain of a single request", single_drain),
        ("dequeue", dequeue),
    ],
)
def test_a_lone_request_costs_what_was_measured(row: str, step: Callable[[Walk], Cost]) -> None:
    with Walk.begun() as walk:
        assert modelled(step(walk)) == performance(row)


def test_each_of_a_hundred_costs_what_was_measured() -> None:
    with Walk.begun() as walk:
        idle_enqueue(walk)
        for _ in range(MANY - 1):
            walk.enqueue()
        drained, bulk = walk.drain(), walk.enqueue(MANY)

    assert modelled(drained, MANY) == pytest.approx(performance("drain, each of 100 requests"), abs=0.06)
    assert modelled(bulk, MANY) == pytest.approx(performance("enqueue, each of 100 in one call"), abs=0.011)


def test_the_sum_of_steps_is_divided_by_the_requests() -> None:
    with Walk.begun() as walk:
        costs = [walk.enqueue(MANY), walk.drain(), walk.dequeue(MANY)]

    each = summed(costs, MANY)
    assert each["api calls"] == 0.02
    assert each["RequestsTable writes"] == 3
