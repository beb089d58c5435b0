"""Note that an attempt has to be ended by force, from a process beside the worker's.

Code that does not react to its time limit is ended together with its process (see time_limit.py), which then
cannot write down why. Nor can a thread of that process, while C code holds the interpreter's lock. So a
forked child looks on. If an attempt is not over in time, the child notes that on the request, and the next
worker tells the user about a time-out instead of a crash.
"""

import json
import mmap
import os
import signal
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Never

from chalicelib.core.queueing.request import Request

LATE_S = 0.1  # after the time limit: an attempt that reacts to it is over by then
SIZE = 4096  # bytes of the shared memory; no attempt's description is that long
_TIMES = struct.Struct("dd")  # when the child looks next, when the attempt must be over; 0: never
_LOOKS, _ENDS = 0, 8
_LENGTH = struct.Struct("I")
_SIGNAL = signal.SIGUSR1
_PR_SET_PDEATHSIG = 1  # linux/prctl.h: the signal that a process gets when its parent ends

type Note = Callable[[str, int, str], None]
"""Note that the attempt with this mark (user, number, mark) is not over in time."""


class OverrunWatch:
    """One child for a process. It is started with the first attempt, which costs some 3 ms."""

    def __init__(self, note: Note) -> None:
        self._note = note
        self._child: int | None = None
        self._shared = mmap.mmap(-1, SIZE)  # not a pipe: handlers may close whatever is open

    @contextmanager
    def watching(self, request: Request, seconds: float) -> Iterator[None]:
        """Have it noted if the block takes longer than these seconds."""
        self._begin(request, time.monotonic() + seconds + LATE_S)
        try:
            yield
        finally:
            _write(self._shared, _ENDS, 0.0)

    def _begin(self, request: Request, ends: float) -> None:
        described = json.dumps([request.user_id, request.seq, request.attempt_token]).encode()
        _LENGTH.pack_into(self._shared, _TIMES.size, len(described))
        start = _TIMES.size + _LENGTH.size
        self._shared[start : start + len(described)] = described
        _write(self._shared, _ENDS, ends)
        if self._child is None or _is_over(self._child):
            self._start()
        elif not 0 < _read(self._shared, _LOOKS) <= ends:
            os.kill(self._child, _SIGNAL)

    def _start(self) -> None:
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {_SIGNAL})  # so that none is lost before it waits
        parent = os.getpid()
        self._child = os.fork() or self._look_on(parent)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _look_on(self, parent: int) -> Never:
        try:
            _end_with(parent)
            _Look(self._shared, self._note).for_ever()
        finally:
            os._exit(1)


class _Look:
    """The child's side."""

    def __init__(self, shared: mmap.mmap, note: Note) -> None:
        self._shared = shared
        self._note = note
        self._noted = 0.0

    def for_ever(self) -> Never:
        while True:
            _write(self._shared, _LOOKS, 0.0)  # before the look: whoever begins after it sends a signal
            ends = _read(self._shared, _ENDS)
            if ends in (0.0, self._noted):
                signal.sigwait({_SIGNAL})
                continue
            _write(self._shared, _LOOKS, ends)
            left = ends - time.monotonic()
            if left > 0:
                signal.sigtimedwait({_SIGNAL}, left)
            else:
                self._noted = ends
                self._tell(ends)

    def _tell(self, ends: float) -> None:
        """Best effort: if it fails, the next worker takes the attempt for a crash.

        The attempt may have ended meanwhile. Then what was read may be of the next one, which is not late:
        the moment at which an attempt must be over is written after its description.
        """
        with suppress(Exception):
            (length,) = _LENGTH.unpack_from(self._shared, _TIMES.size)
            start = _TIMES.size + _LENGTH.size
            described = self._shared[start : start + length]
            if _read(self._shared, _ENDS) == ends:
                self._note(*json.loads(described))


def _is_over(child: int) -> bool:
    """Whether the child has ended: a handler may have killed it, and may have taken its exit code."""
    try:
        return os.waitpid(child, os.WNOHANG) != (0, 0)
    except ChildProcessError:
        return True


def _end_with(parent: int) -> None:
    """End when the parent ends, and do not keep its output open: whoever reads it waits for its end."""
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nothing, standard)


def _read(shared: mmap.mmap, at: int) -> float:
    return float(struct.unpack_from("d", shared, at)[0])


def _write(shared: mmap.mmap, at: int, moment: float) -> None:
    struct.pack_into("d", shared, at, moment)
