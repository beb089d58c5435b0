"""The processes of a stack, found by their environment. No file of process ids can get out of date."""

import contextlib
import os
import select
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from local_cloud.errors import LocalCloudError

MARK = "GURUKOOL_STACK"  # names the stack's directory; LocalStack and DynamoDB Local have this variable
TASK_ROOT = "LAMBDA_TASK_ROOT"  # the directory of a function's code, which is below the stack's directory
MAIN = "gurukool_localstack"
KILL_SECONDS = 10.0


@dataclass(frozen=True)
class Process:
    """A living process: what was read about it at one moment, and a handle to signal it."""

    handle: (
        psutil.Process
    )  # remembers the start time, so a later process with the same pid is not mistaken for it
    command: tuple[str, ...]
    environment: Mapping[str, str]  # as it was when the process started
    parent: int

    @property
    def pid(self) -> int:
        return self.handle.pid

    @property
    def is_emulator(self) -> bool:
        return MAIN in self.command

    @property
    def is_function(self) -> bool:
        return TASK_ROOT in self.environment

    def kill(self) -> None:
        """Sends SIGKILL, unless the process has ended already. Does not wait for the end."""
        with contextlib.suppress(psutil.NoSuchProcess):
            self.handle.kill()

    def ends_by(self, deadline: float) -> bool:
        """Waits until the process has ended, or until `deadline`, a value of time.monotonic().

        One that its parent has not reaped yet has ended, too: it has no port, file or memory any more. In
        containers, the first process may reap orphans a second later, or never.
        """
        seconds = max(0.0, deadline - time.monotonic())
        if not hasattr(os, "pidfd_open"):  # elsewhere than on Linux
            return not psutil.wait_procs([self.handle], seconds)[1]
        try:
            descriptor = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return True
        try:
            waiting = select.poll()
            waiting.register(descriptor, select.POLLIN)
            return bool(waiting.poll(seconds * 1000))
        finally:
            os.close(descriptor)


def of_stack(directory: Path) -> list[Process]:
    """Every living process of the stack in `directory`, orphans included."""
    found = (read(pid) for pid in psutil.pids())
    return [process for process in found if process and _belongs(process.environment, directory)]


def kill_all(directory: Path) -> None:
    """Kills the processes of the stack in `directory` and waits until all have ended.

    SIGKILL is enough, since what the stack keeps is on the disk already. Raises LocalCloudError if processes
    are left after KILL_SECONDS.
    """
    deadline = time.monotonic() + KILL_SECONDS
    while found := of_stack(directory):
        for process in found:
            process.kill()
        alive = [process.pid for process in found if not process.ends_by(deadline)]
        if alive:
            raise LocalCloudError(f"Processes of the stack cannot be killed: {alive}.")


def read(pid: int) -> Process | None:
    """None if there is no such process, or if it is another user's."""
    with contextlib.suppress(psutil.Error):
        handle = psutil.Process(pid)
        return Process(handle, tuple(handle.cmdline()), handle.environ(), handle.ppid())
    return None


def _belongs(environment: Mapping[str, str], directory: Path) -> bool:
    return environment.get(MARK) == str(directory) or environment.get(TASK_ROOT, "").startswith(
        f"{directory}/"
    )
