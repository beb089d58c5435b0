"""Run histories, one or very many."""

import logging
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from tests.simulation.verdict import judge
from tests.simulation.world import World

CHUNK = 200


@dataclass(frozen=True, slots=True)
class Failure:
    seed: int
    reason: str
    history: str

    def __str__(self) -> str:
        return f"{self.history}\n{self.reason}\nAgain: python -m tests.simulation.replay {self.seed}"


def live(world: World) -> str | None:
    """What is wrong with this history. An exception that no actor knows of is as wrong as a violation."""
    try:
        world.live()
        judge(world)
    except Exception as error:  # noqa: BLE001 - it is what is looked for
        return f"{type(error).__name__}: {error}"
    return None


def reason_against(seed: int) -> str | None:
    return live(World(seed))


def failure(seed: int) -> Failure | None:
    """The same, with the history to read."""
    world = World(seed, recorded=True)
    reason = live(world)
    return Failure(seed, reason, str(world.history)) if reason else None


def failures(seeds: range) -> Iterator[Failure]:
    """Those among very many histories, on all processors."""
    chunks = [seeds[i : i + CHUNK] for i in range(0, len(seeds), CHUNK)]
    fresh = get_context("spawn")  # a fork would copy what other tests have running
    with ProcessPoolExecutor(os.process_cpu_count(), fresh, initializer=logging.disable) as pool:
        for found in pool.map(_failing, chunks):
            yield from (f for seed in found if (f := failure(seed)))


def _failing(seeds: range) -> list[int]:
    return [seed for seed in seeds if reason_against(seed)]
