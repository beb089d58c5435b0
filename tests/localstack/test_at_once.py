"""LocalStack does many things at once, in threads that share what it has stored."""

import os
import subprocess
from pathlib import Path

import pytest

import gurukool_localstack
from bootstrap.installation import install
from tests.patience import PATIENCE_S


@pytest.mark.parametrize("program", ["at_once.py", "fifo_at_once.py"])
def test_nothing_fails_because_of_what_another_thread_does_meanwhile(program: str) -> None:
    extension = Path(gurukool_localstack.__path__[0]).parent
    ended = subprocess.run(
        [install().localstack_python, Path(__file__).with_name(program)],
        env={**os.environ, "PYTHONPATH": str(extension)},
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )

    assert ended.returncode == 0, ended.stderr
