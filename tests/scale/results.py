"""Runs the parts of a scenario's sample, and sums up what they have shown."""

import json
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from pathlib import Path
from typing import Any

from tests.scale.calibration import usual_request
from tests.scale.costs import dollars
from tests.scale.delays import percentile
from tests.scale.gauges import Reached
from tests.scale.scenarios import SCENARIOS, Scenario
from tests.scale.simulate import Part, simulate

PARTS = 2  # of the sample, each with a process and an account of its own
PERCENTS = (50.0, 99.0, 99.9)
RESULTS = Path(__file__).parent / "results"

type Result = dict[str, Any]


def run(name: str, seed: int) -> Result:
    """Raises BrokenPromiseError if an invariant does not hold for a user of the sample."""
    seeds = [f"{seed}, part {part}" for part in range(PARTS)]
    usual = usual_request(f"{seed}")
    with ProcessPoolExecutor(PARTS) as pool:
        parts = list(pool.map(simulate, [name] * PARTS, seeds, [usual] * PARTS))
    return summary(SCENARIOS[name], seed, parts)


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


def limits_reached(result: Result) -> list[tuple[str, float]]:
    """The limits that were met while requests were sent, and the second in which each was met first."""
    since = [(row["limit"], row["since"]) for row in result["reached"] if row["since"] is not None]
    return [(limit, second) for limit, second in since if second < result["seconds"]]


def store(result: Result) -> None:
    RESULTS.mkdir(exist_ok=True)
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(found)}" for name, found in result.items())
    (RESULTS / f"{result['scenario']}.json").write_text(f"{{\n{lines}\n}}\n")


def stored(name: str) -> Result | None:
    path = RESULTS / f"{name}.json"
    found: Result | None = json.loads(path.read_text()) if path.exists() else None
    return found
