"""The tests of each example pass, as its author would run them."""

import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
EXAMPLES = sorted(path.parent for path in CHECKOUT.glob("examples/*/handlers"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_its_own_tests_pass(example: Path) -> None:
    """In a process of their own, as by `make test APP=…`: each application has a package `handlers`."""
    command = [sys.executable, "-m", "infra.apps.tests", str(example), "-q"]
    run = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout + run.stderr
