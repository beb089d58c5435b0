"""The commands of the Makefile hand on what they are given, in one piece."""

import shlex
import subprocess
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
SPACED = "../my shop"


def arguments_of(*command: str) -> list[str]:
    """The arguments of the last program that `make` would run, without those of the environment's variables."""
    printed = subprocess.run(
        ["make", "--dry-run", "--no-print-directory", *command],
        cwd=CHECKOUT,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    program, *arguments = shlex.split(printed.splitlines()[-1])
    assert program == "localstack/run"
    return arguments


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (["lock"], ["-m", "infra.lock"]),
        (["lock", f"APP={SPACED}"], ["-m", "infra.lock", SPACED]),
        (["test", f"APP={SPACED}"], ["-m", "infra.apps.tests", SPACED]),
    ],
)
def test_the_application_is_handed_on(command: list[str], expected: list[str]) -> None:
    assert arguments_of(*command) == expected
