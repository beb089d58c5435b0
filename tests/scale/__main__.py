"""Simulate a million users: python -m tests.scale SCENARIO … [--seed 1]; all; docs."""

import argparse
import sys
import time

from tests.scale import results
from tests.scale.results import Result
from tests.scale.scenarios import SCENARIOS

MANY = 8  # limits that are printed


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.scale", description="Simulate a million users.")
    parser.add_argument(
        "what", nargs="+", choices=[*SCENARIOS, "all", "docs"], help="scenarios; docs writes docs/scale.md"
    )
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same result")
    parser.add_argument("--keep", action="store_true", help="store the results, of which docs are made")
    asked = parser.parse_args()
    if "docs" in asked.what:
        from tests.scale.page import write

        write()
        return 0
    for name in SCENARIOS if "all" in asked.what else asked.what:
        begun = time.monotonic()
        result = results.run(name, asked.seed)
        show(result, time.monotonic() - begun)
        if asked.keep:
            results.store(result)
    return 0


def show(result: Result, took_s: float) -> None:
    delays, each = result["delays"], result["each"]
    print(f"\n{result['title']} (seed {result['seed']})")
    print(
        f"  {result['requests']:,} requests of {result['users']} users ran through the core; "
        f"{result['checks']:,} checks of the invariants, none failed"
    )
    print(
        "  from 202 to start: "
        + ", ".join(f"p{float(p):g} {delays[p]:,} ms" for p in ("50.0", "99.0", "99.9"))
    )
    parts = " and ".join(f"{part['50.0']:,} / {part['99.0']:,}" for part in result["parts"])
    print(f"  p50 / p99 of the parts of the sample: {parts} ms")
    given_up = each.get("requests given up", 0)
    print(f"  calls refused: {each.get('api calls refused', 0):.3f} a request; given up: {given_up:.2%}")
    lines = ", ".join(f"{line} {cost:.2f}" for line, cost in result["dollars"].items())
    print(f"  $ a million requests: {sum(result['dollars'].values()):.2f} ({lines})")
    print("  limits as deployed, the first that is met first:")
    for row in result["as deployed"][:MANY]:
        at = f"met at {row['met at']:,} requests a second"
        print(
            f"    {row['limit']}: {at} (asked {row['asked']:,}, limit {row['value']:,}): raise {row['raise']}"
        )
    for limit, second in results.limits_reached(result):
        print(f"  met in this scenario, in second {second}: {limit}")
    print(f"  {took_s:.0f} s, {result['cpu seconds']} s of CPU time")


if __name__ == "__main__":
    sys.exit(main())
