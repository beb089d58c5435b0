"""Runs the parts of a scenario's sample, and sums up what they have shown."""

import json
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from pathlib import Path
from typing import Any

from tests.scale.costs import dollars
from tests.scale.delays import percentile
from tests.scale.gauges import Reached
from tests.scale.scenarios import SCENARIOS, Scenario
from tests.scale.simulate import Part, simulate

PARTS = 2  # of the sample, each with a process and an account of its own
PROCESSES = 2
PERCENTS = (50.0, 99.0, 99.9)
RESULTS = Path(__file__).parent / "results"

type Result = dict[str, Any]


def run(name: str, seed: int, processes: int = PROCESSES) -> Result:
    """Raises BrokenPromiseError if an invariant does not hold for a user of the sample."""
    seeds = [f"{seed}, part {part}" for part in range(PARTS)]
    names = [name] * PARTS
    if processes == 1:
        return summary(SCENARIOS[name], seed, list(map(simulate, names, seeds)))
    with ProcessPoolExecutor(processes) as pool:
        return summary(SCENARIOS[name], seed, list(pool.map(simulate, names, seeds)))


def summary(scenario: Scenario, seed: int, parts: Sequence[Part]) -> Result:
    """What is kept of a run. All times are in seconds or, where they are delays, in milliseconds."""
    counts = sum((part.counts for part in parts), Counter[str]())
    requests = counts["requests"]
    each = {name: n / requests for name, n in sorted(counts.items())}
    delays = sorted(chain.from_iterable(part.delays for part in parts))
    return {
        "scenario": scenario.name,
        "title": scenario.title,
        "seed": seed,
        "seconds": scenario.seconds,
        "users": scenario.sample * len(parts),
        "requests": requests,
        "delays": _percentiles([delay for _, delay in delays]),
        "parts": [_percentiles([delay for _, delay in part.delays]) for part in parts],
        "stretches": _stretches(scenario, delays),
        "moments": _moments(parts),
        "outcomes": sum(part.outcomes for part in parts),
        "checks": sum(part.checks for part in parts),
        "hot outcomes": sum(part.hot_outcomes for part in parts),
        "each": {name: round(n, 4) for name, n in each.items()},
        "dollars": {line: round(cost, 3) for line, cost in dollars(each).items()},
        "reached": _reached([part.reached for part in parts]),
        "as deployed": _reached([part.reached_as_deployed for part in parts]),
        "cpu seconds": round(sum(part.cpu_s for part in parts)),
    }


def _percentiles(delays: Sequence[float]) -> Result:
    return {"n": len(delays), **{str(percent): percentile(delays, percent) for percent in PERCENTS}}


def _stretches(scenario: Scenario, delays: Sequence[tuple[float, int]]) -> list[Result]:
    """By the moment at which a request was accepted."""
    found: list[Result] = []
    for begin in range(0, scenario.seconds, scenario.bucket_s):
        here = [delay for second, delay in delays if begin <= second < begin + scenario.bucket_s]
        found.append({"second": begin, **_percentiles(here)})
    return found


def _moments(parts: Sequence[Part]) -> list[Result]:
    """The mean of the parts."""
    return [
        {
            "second": moments[0].second,
            "rate": round(moments[0].rate),
            "workers": round(sum(moment.workers for moment in moments) / len(moments)),
            "waiting": round(sum(moment.waiting for moment in moments) / len(moments)),
        }
        for moments in zip(*(part.moments for part in parts), strict=True)
    ]


def _reached(found: Sequence[Sequence[Reached]]) -> list[Result]:
    """The means of the parts, the limit first that is met at the lowest rate."""
    by_name: dict[str, list[Reached]] = {}
    for reached in chain.from_iterable(found):
        by_name.setdefault(reached.limit.name, []).append(reached)
    rows = [
        {
            "limit": name,
            "value": reached[0].limit.value,
            "asked": round(sum(r.most for r in reached) / len(reached), 1),
            "met at": round(sum(r.met_at for r in reached) / len(reached)),
            "since": min((r.since for r in reached if r.since is not None), default=None),
            "raise": reached[0].limit.remedy,
        }
        for name, reached in by_name.items()
    ]
    return sorted(rows, key=lambda row: row["met at"])


def store(result: Result) -> None:
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(result, indent=1, sort_keys=True)
    (RESULTS / f"{result['scenario']}.json").write_text(text + "\n")


def stored(name: str) -> Result:
    found: Result = json.loads((RESULTS / f"{name}.json").read_text())
    return found
