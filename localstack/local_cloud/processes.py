"""The processes of a stack, known by their environment: no file of numbers that could be out of date."""

import contextlib
import os
import select
import signal
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from local_cloud.errors import LocalCloudError

MARK = "GURUKOOL_STACK"  # names the stack's directory; LocalStack and DynamoDB Local have it
TASK_ROOT = "LAMBDA_TASK_ROOT"  # where a function's code is: below the stack's directory
MAIN = "localstack.runtime.main"
KILL_SECONDS = 10.0


@dataclass(frozen=True)
class Process:
    pid: int
    command: tuple[str, ...]
    environment: Mapping[str, str]  # as it was when the process started
    parent: int = 0

    @property
    def is_emulator(self) -> bool:
        return MAIN in self.command

    @property
    def is_function(self) -> bool:
        return TASK_ROOT in self.environment


def of_stack(directory: Path) -> list[Process]:
    """Every living process of the stack in `directory`, orphans included."""
    found = (read(int(path.name)) for path in Path("/proc").iterdir() if path.name.isdigit())
    return [process for process in found if process and _belongs(process, directory)]


def kill_all(directory: Path) -> None:
    """SIGKILL, until none is left: all that the stack holds is in memory, so there is nothing to be saved."""
    deadline = time.monotonic() + KILL_SECONDS
    while found := of_stack(directory):
        for process in found:
            kill(process.pid, directory, deadline)
        if time.monotonic() > deadline:
            raise LocalCloudError(
                f"Processes of the stack cannot be killed: {[process.pid for process in found]}."
            )


def read(pid: int) -> Process | None:
    """None if there is no such process, or if it is another user's."""
    try:
        pairs = [entry.partition("=") for entry in _entries(pid, "environ")]
        environment = {name: value for name, _, value in pairs}
        return Process(pid, tuple(_entries(pid, "cmdline")), environment, _parent(pid))
    except OSError:
        return None


def _parent(pid: int) -> int:
    """The fourth field of stat; the second, the command in parentheses, may have anything in it."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def _entries(pid: int, file: str) -> list[str]:
    entries = Path(f"/proc/{pid}/{file}").read_bytes().decode(errors="replace").split("\0")
    return [entry for entry in entries if entry]


def _belongs(process: Process, directory: Path) -> bool:
    environment = process.environment
    return environment.get(MARK) == str(directory) or environment.get(TASK_ROOT, "").startswith(
        f"{directory}/"
    )


def kill(pid: int, directory: Path, deadline: float) -> None:
    """SIGKILL, if it is of the stack in `directory`; returns when it has ended, or at the deadline."""
    with _handle(pid) as handle:
        # Looked at again through the handle: the number may have gone to another process since.
        process = read(pid)
        if handle is not None and process and _belongs(process, directory):
            signal.pidfd_send_signal(handle, signal.SIGKILL)
            select.select([handle], [], [], max(0.0, deadline - time.monotonic()))


@contextlib.contextmanager
def _handle(pid: int) -> Iterator[int | None]:
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        yield None
        return
    try:
        yield handle
    finally:
        os.close(handle)
