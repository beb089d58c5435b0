"""The samples are there where the operator wants them. In a fresh process, which imports each module once."""

import os
import subprocess
import sys

import pytest

from chalicelib.handlers import samples
from gurukool.testing import Error, run

TYPES = "from app import container; print(*container.handlers.types())"


@pytest.mark.parametrize(("setting", "types"), [("on", "echo fail http sleep"), ("off", "http")])
def test_the_samples_can_be_left_out(setting: str, types: str) -> None:
    environment = {**os.environ, "SAMPLE_HANDLERS": setting}
    told = subprocess.run([sys.executable, "-c", TYPES], env=environment, capture_output=True, check=True)
    assert told.stdout.decode().strip() == types


def test_echo_returns_what_it_was_sent() -> None:
    assert run(samples.echo, {"n": [1, None]}).result == {"n": [1, None]}


def test_sleep_takes_its_time_and_returns_it() -> None:
    assert run(samples.sleep, samples.Sleep(0.001)).result == {"seconds": 0.001}


@pytest.mark.parametrize(
    ("times", "status", "attempts"), [(0, "succeeded", 1), (2, "succeeded", 3), (3, "failed", 3)]
)
def test_fail_fails_as_often_as_it_is_told(times: int, status: str, attempts: int) -> None:
    outcome = run(samples.fail, samples.Fail(times))

    assert (outcome.status, outcome.attempts) == (status, attempts)
    if status == "failed":
        assert outcome.error == Error("error", "Failed on purpose, attempt 3 of 3 that fail.")
