"""Child processes that end with LocalStack, even if it is killed with SIGKILL."""

import os
import signal
import subprocess
import weakref
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from gurukool_localstack import system

# The kernel kills such a child when the thread that forked it ends, so a thread that never ends forks them
# all.
_forker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="gurukool-forker")

_spawned: weakref.WeakSet[subprocess.Popen[bytes]] = weakref.WeakSet()


def spawn(command: list[str], directory: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Starts `command` as the leader of a new session, with its whole output in one pipe."""
    child = _forker.submit(_popen, command, directory, environment).result()
    _spawned.add(child)
    return child


def kill(child: subprocess.Popen[bytes]) -> None:
    """Kills a child and every process that it started, unless it has ended and was reaped."""
    send(child, signal.SIGKILL)


def send(child: subprocess.Popen[bytes], number: int) -> None:
    """Sends a signal to a child and every process that it started, unless it has ended and was reaped."""
    if child.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, number)


def kill_all() -> None:
    """Kills all children that `spawn` started."""
    for child in list(_spawned):
        kill(child)


def _popen(command: list[str], directory: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        system.bound_to_parent(command),
        cwd=directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        bufsize=0,
        start_new_session=True,
    )
