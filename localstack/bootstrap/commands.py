"""Runs other programs quietly; their output is shown only when they fail."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from bootstrap.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TAIL_LINES = 20


def run(*command: str | Path, cwd: Path | None = None, environment: Mapping[str, str] | None = None) -> str:
    """What `command` printed on its standard output. `environment` is added to the one of this process.

    Raises SetupError with the last lines of its output if it fails, or if there is no such program.
    """
    words = [str(word) for word in command]
    variables = {**os.environ, **(environment or {})}
    try:
        ended = subprocess.run(
            words,
            cwd=cwd,
            env=variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        raise SetupError(f"{words[0]} cannot be started: {error}") from error
    if ended.returncode:
        tail = (ended.stdout + ended.stderr).strip().splitlines()[-TAIL_LINES:]
        summary = f"`{' '.join(words)}` failed with exit status {ended.returncode}:"
        raise SetupError("\n    ".join([summary, *tail]))
    return ended.stdout


def say(line: str) -> None:
    """Tells the person at the terminal; standard output belongs to the command that runs after the set-up."""
    print(line, file=sys.stderr, flush=True)
