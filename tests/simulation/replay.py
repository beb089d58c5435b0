"""Show the history of a seed, and what is wrong with it: python -m tests.simulation.replay SEED."""

import logging
import sys

from tests.simulation.run import live
from tests.simulation.world import World


def main(seed: int) -> int:
    logging.disable()
    world = World(seed, recorded=True)
    reason = live(world)
    print(world.history)
    print(reason or "Every promise was kept.")
    return 1 if reason else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
