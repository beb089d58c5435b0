"""The samples are there where the operator wants them. In a fresh process, which imports each module once."""

import os
import subprocess
import sys

import pytest

TYPES = "from app import container; print(*container.handlers.types())"


@pytest.mark.parametrize(("setting", "types"), [("on", "echo fail http sleep"), ("off", "http")])
def test_the_samples_can_be_left_out(setting: str, types: str) -> None:
    environment = {**os.environ, "SAMPLE_HANDLERS": setting}
    told = subprocess.run([sys.executable, "-c", TYPES], env=environment, capture_output=True, check=True)
    assert told.stdout.decode().strip() == types
