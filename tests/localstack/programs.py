"""Programs of these tests that LocalStack's own Python runs, beside no LocalStack."""

import os
import subprocess
from pathlib import Path

import gurukool_localstack
from bootstrap.installation import install
from tests.patience import PATIENCE_S


def errors_of(program: str) -> str:
    """What a program in this folder has written to stderr, if it has failed; otherwise nothing."""
    extension = Path(gurukool_localstack.__path__[0]).parent
    ended = subprocess.run(
        [install().localstack_python, Path(__file__).with_name(program)],
        env={**os.environ, "PYTHONPATH": str(extension)},
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    return ended.stderr if ended.returncode else ""
