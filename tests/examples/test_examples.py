"""The tests of each example pass, as its author would run them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
EXAMPLES = sorted(path.parent for path in CHECKOUT.glob("examples/*/handlers"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_its_own_tests_pass(example: Path) -> None:
    """In a process of their own: each application has a package `handlers`."""
    paths = os.pathsep.join([str(example), str(CHECKOUT), os.environ["PYTHONPATH"]])
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", example / "tests"],
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout
