"""`python tie.py PID COMMAND…` becomes the command, and kills it when the process PID ends.

For systems without parent-death signals: a process beside the command looks ten times a second.
"""

import os
import signal
import sys
import time

POLL_SECONDS = 0.1


def main(parent: int, command: list[str]) -> None:
    tied = os.getpid()
    detached, detaching = os.pipe()
    if not os.fork():
        _look_on(parent, tied, detaching)
    os.close(detaching)
    os.read(detached, 1)
    os.execv(command[0], command)  # noqa: S606  (no shell wanted)


def _look_on(parent: int, tied: int, detaching: int) -> None:
    """Ends with the command. Signals to the command's group do not reach it, since they may stop it.

    The command begins when `detaching` is closed: not before that holds.
    """
    os.setsid()
    os.close(detaching)
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nothing, standard)  # otherwise its output would seem to go on after its end
    while _lives(tied):
        if not _lives(parent):
            _kill(tied)
        time.sleep(POLL_SECONDS)
    os._exit(0)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _kill(pid: int) -> None:
    """With its group, if it leads one."""
    try:
        (os.killpg if os.getpgid(pid) == pid else os.kill)(pid, signal.SIGKILL)
    except ProcessLookupError:
        """It has ended."""


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
