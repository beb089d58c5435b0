"""Child processes that end with LocalStack, with all that they have started, even if SIGKILL ends it."""

import atexit
import functools
import os
import signal
import subprocess
import sys
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
_GUARD = Path(__file__).with_name("group_guard.py")


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


def reap(child: subprocess.Popen[bytes]) -> int:
    """Waits for the end of a child that was killed. Returns its exit status, as in `subprocess`."""
    _tell_guard("-", child)  # before its pid can be another process's
    return child.wait()


def kill_all() -> None:
    """Kills all children that `spawn` started."""
    for child in list(_spawned):
        kill(child)


def _popen(command: list[str], directory: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    _guard()  # first: without it, the child would have to be ended again
    child = subprocess.Popen(
        system.bound_to_parent(command),
        cwd=directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        bufsize=0,
        start_new_session=True,
    )
    _tell_guard("+", child)
    return child


def _tell_guard(sign: str, child: subprocess.Popen[bytes]) -> None:
    guard = _guard()
    if guard and guard.stdin:
        with suppress(BrokenPipeError):  # somebody has killed it
            guard.stdin.write(f"{sign}{child.pid}\n".encode())


@functools.cache
def _guard() -> subprocess.Popen[bytes] | None:
    """Starts the program that kills the groups of the children when this process has ended.

    No other process can write to its input, so the kernel closes that then. The program has no environment:
    it is none of the processes of a stack, which are found by theirs. None where the system is not Linux:
    there, who looks on does the same (tie.py).
    """
    if not system.ON_LINUX:
        return None
    guard = subprocess.Popen(
        [sys.executable, "-I", "-S", str(_GUARD)],
        env={},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        start_new_session=True,
    )
    atexit.register(guard.communicate)  # if this process ends by itself, it closes the input and waits
    return guard
