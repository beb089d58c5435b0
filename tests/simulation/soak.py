"""Live a million histories: python -m tests.simulation.soak [HISTORIES [FIRST SEED]]."""

import sys
import time

from tests.simulation.run import CHUNK, failures

MILLION = 1_000_000
ROUND = 50 * CHUNK  # histories between two lines of progress


def main(histories: int = MILLION, first: int = 0) -> int:
    started, failed = time.monotonic(), 0
    for begin in range(first, first + histories, ROUND):
        end = min(begin + ROUND, first + histories)
        for failure in failures(range(begin, end)):
            print(failure, flush=True)
            failed += 1
        each = (end - first) / (time.monotonic() - started)
        print(f"{end - first:,} histories, {each:.0f} a second, {failed} broke a promise", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:])))
