"""Runs other programs quietly; their output is shown only when they fail."""

from __future__ import annotations

import os
import subprocess
import threading
from typing import TYPE_CHECKING

from bootstrap.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

TAIL_LINES = 20


class Commands:
    """The programs that are running now, so that all of them can be stopped at once."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[str]] = set()
        self._stopped = threading.Event()
        self._lock = threading.Lock()

    def run(
        self,
        *command: str | Path,
        cwd: Path | None = None,
        environment: Mapping[str, str] | None = None,
        lock: int | None = None,
    ) -> str:
        """What `command` printed. Raises SetupError with its last lines if it fails."""
        words = [str(word) for word in command]
        process = self._start(words, cwd, environment or {}, lock)
        try:
            output, errors = process.communicate()
        finally:
            with self._lock:
                self._running.discard(process)
        if process.returncode:
            raise SetupError(_failure(words, process.returncode, output + errors))
        return output

    def stop(self) -> None:
        """Ends what runs and lets nothing start any more."""
        self._stopped.set()
        with self._lock:
            for process in self._running:
                process.terminate()

    def _start(
        self, command: list[str], cwd: Path | None, environment: Mapping[str, str], lock: int | None
    ) -> subprocess.Popen[str]:
        with self._lock:
            if self._stopped.is_set():
                raise SetupError("The set-up was interrupted.")
            try:
                process = subprocess.Popen(
                    command,
                    cwd=cwd,
                    env={**os.environ, **environment},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                    pass_fds=() if lock is None else (lock,),
                )
            except OSError as error:
                raise SetupError(f"{command[0]} cannot be started: {error}") from error
            self._running.add(process)
            return process


def _failure(command: Sequence[str], status: int, output: str) -> str:
    tail = "\n".join(f"    {line}" for line in output.strip().splitlines()[-TAIL_LINES:])
    return f"`{' '.join(command)}` failed with exit status {status}:\n{tail}"


commands = Commands()
run = commands.run
