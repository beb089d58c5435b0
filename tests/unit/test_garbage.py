"""The garbage collector rests while the application is imported, and only then."""

import subprocess
import sys

from bootstrap.cache import CHECKOUT

PROGRAM = """
import gc
runs = []
gc.callbacks.append(lambda phase, _info: runs.append(phase))
import app
assert not runs, runs
assert gc.isenabled()
assert gc.get_freeze_count() > 10_000
"""


def test_nothing_is_collected_during_a_cold_start() -> None:
    subprocess.run([sys.executable, "-c", PROGRAM], cwd=CHECKOUT, check=True)
