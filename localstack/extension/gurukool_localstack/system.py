"""What Linux does for processes here, and what stands in for it elsewhere. macOS has never run it.

Each function takes whether this is Linux, so that both ways can be tried on Linux.
"""

import os
import resource
import shutil
import sys
import threading
import weakref
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

ON_LINUX = sys.platform == "linux"
# Does the same as setpriv (util-linux), where it is missing. 1 is PR_SET_PDEATHSIG, 9 is SIGKILL.
_PRCTL = "import ctypes,os,sys; ctypes.CDLL(None).prctl(1,9); os.execv(sys.argv[1], sys.argv[1:])"
_STATUS_BYTES = 16_384  # more than /proc/PID/status has
_TIE = Path(__file__).with_name("tie.py")


def bound_to_parent(command: list[str], *, linux: bool = ON_LINUX) -> list[str]:
    """Wraps `command`, so that it is killed when this process ends.

    On Linux the kernel kills it when the thread that started it ends. Elsewhere a process of its own looks.
    """
    if not linux:
        return [sys.executable, "-I", "-S", str(_TIE), str(os.getpid()), *command]
    if setpriv := shutil.which("setpriv"):
        return [setpriv, "--pdeathsig", "KILL", "--", *command]
    return [sys.executable, "-I", "-S", "-c", _PRCTL, *command]


def descriptor_of_end(pid: int, *, linux: bool = ON_LINUX) -> int:
    """A descriptor that poll() reports when the child has ended. The child is not reaped."""
    if linux:
        return os.pidfd_open(pid)
    reading, writing = os.pipe()

    def wait() -> None:
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        os.close(writing)

    threading.Thread(target=wait, name=f"end-of-{pid}", daemon=True).start()
    return reading


class MemoryMeter:
    """Measures the resident memory of a process, in one call of the system."""

    def __init__(self, pid: int, *, linux: bool = ON_LINUX) -> None:
        self._pid = pid
        self._status: int | None = None  # /proc/PID/status, which is never another process's
        if linux:
            with suppress(OSError):  # it has ended
                self._status = os.open(f"/proc/{pid}/status", os.O_RDONLY)
                weakref.finalize(self, os.close, self._status)
        self._linux = linux

    def megabytes(self) -> float:
        """The peak, or elsewhere what the process has now; 0 if it has ended."""
        if not self._linux:
            return _present_megabytes(self._pid)
        if self._status is None:
            return 0.0
        try:
            text = os.pread(self._status, _STATUS_BYTES, 0)
        except ProcessLookupError:
            return 0.0
        _, found, rest = text.partition(b"VmHWM:")  # psutil does not know the peak on Linux
        return int(rest.split(maxsplit=1)[0]) / 1024 if found else 0.0


def seconds_without_processor(pid: int) -> float:
    """How long the first thread of a process has waited for a processor until now; 0 where nobody knows."""
    with suppress(OSError):  # it has ended
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
    return 0.0


def with_open_files(command: list[str], most: int, *, linux: bool = ON_LINUX) -> list[str]:
    """Wraps `command`, so that it may open `most` files; on Linux `limit` does without."""
    return command if linux else ["/bin/sh", "-c", f'ulimit -n {most}; exec "$0" "$@"', *command]


def limit(pid: int, limits: Mapping[int, int], *, linux: bool = ON_LINUX) -> None:
    """Lowers limits of a process, by their kinds (`resource.RLIMIT_…`); does nothing elsewhere."""
    if not linux:
        return
    with suppress(ProcessLookupError):
        for kind, limit in limits.items():
            _, most = resource.prlimit(pid, kind)
            most = limit if most == resource.RLIM_INFINITY else min(most, limit)
            resource.prlimit(pid, kind, (most, most))


def _present_megabytes(pid: int) -> float:
    import psutil

    with suppress(psutil.Error):
        return float(psutil.Process(pid).memory_info().rss) / 2**20
    return 0.0
