"""The process of a function, and what it writes."""

import logging
import os
import resource
import select
import threading
from collections.abc import Callable, Mapping
from io import FileIO  # noqa: TC003
from pathlib import Path
from typing import cast

from gurukool_localstack import children, system

LOG = logging.getLogger(__name__)

_CHUNK = 65536
_MUCH = 4096  # bytes; a pipe holds 65,536
_PAUSE_MILLISECONDS = 100  # as long as lines wait before they are sent to CloudWatch Logs
# Of files, by https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html; of locked memory, as
# LocalStack's tests have recorded it on AWS. The recorded limit of processes (742) would count those of other
# programs here, and the one of core dumps (10 GiB) would fill the disk.
_OPEN_FILES = 1024
_LIMITS = {resource.RLIMIT_NOFILE: _OPEN_FILES, resource.RLIMIT_MEMLOCK: 65_536}


class FunctionProcess:
    """A process, the lines that it writes, and its end.

    `on_line` gets each line of stdout and stderr; what it raises is logged, and the next line follows.
    `on_exit` gets the exit status as in `subprocess`, where a negative number is a signal.
    """

    def __init__(
        self,
        command: list[str],
        directory: Path,
        environment: Mapping[str, str],
        on_line: Callable[[str], None],
        on_exit: Callable[[int], None],
    ) -> None:
        self._on_line = on_line
        self._on_exit = on_exit
        self._unfinished = b""
        self._reading = threading.Lock()
        self._popen = children.spawn(system.with_open_files(command, _OPEN_FILES), directory, environment)
        self._output = cast("FileIO", self._popen.stdout)
        os.set_blocking(self._output.fileno(), False)
        system.limit(self.pid, _LIMITS)
        self._memory = system.MemoryMeter(self.pid)
        threading.Thread(target=self._watch, name=f"function-{self.pid}", daemon=True).start()

    @property
    def pid(self) -> int:
        return self._popen.pid

    def read_output(self, *, last: bool = False) -> int:
        """Reports the lines written so far; with `last` also an unfinished line. Returns how many bytes."""
        with self._reading:
            size = 0
            while not self._output.closed and (chunk := self._output.read(_CHUNK)):
                size += len(chunk)
                *lines, self._unfinished = (self._unfinished + chunk).split(b"\n")
                for line in lines:
                    self._report(line)
            if last:
                self._report(self._unfinished)
                self._unfinished = b""
        return size

    def kill(self) -> None:
        """Kills the process and every process that it started."""
        children.kill(self._popen)

    def signal(self, number: int) -> None:
        """Sends a signal to the process and every process that it started; does nothing if it has ended."""
        children.send(self._popen, number)

    def seconds_without_processor(self) -> float:
        """How long its first thread, which imports the function, has waited for a processor until now."""
        return system.seconds_without_processor(self.pid)

    def peak_megabytes(self) -> float:
        """The peak of its resident memory, as far as the system knows it; 0 when it has ended."""
        return self._memory.megabytes()

    def _report(self, line: bytes) -> None:
        if not line:
            return
        # awslambdaric separates the lines of a traceback with \r, so that it stays one log event.
        text = line.decode(errors="replace").rstrip("\r").replace("\r", "\n")
        try:
            self._on_line(text)
        except Exception:  # a line must not fail its invocation, nor end the thread that sees the process end
            LOG.exception("A line that the process %d has written was not taken.", self.pid)

    def _watch(self) -> None:
        try:
            self._read_until_end()
        finally:
            self._finish()

    def _read_until_end(self) -> None:
        """Reads what is written during an invocation; at its end, the runtime itself reads the rest.

        So there is a pause after each look, unless so much is written that the pipe could become full.
        """
        ended = system.descriptor_of_end(self.pid)
        poller = select.poll()
        poller.register(self._output, select.POLLIN)
        poller.register(ended, select.POLLIN)
        end = select.poll()
        end.register(ended, select.POLLIN)
        while ended not in (ready := dict(poller.poll())):
            size = self.read_output()
            if not ready[self._output.fileno()] & select.POLLIN:  # it has closed its stdout and goes on
                poller.unregister(self._output)
            elif size < _MUCH:
                end.poll(_PAUSE_MILLISECONDS)
        os.close(ended)

    def _finish(self) -> None:
        self.kill()  # ends its children; before it is reaped, since its pid may be reused afterwards
        self.read_output(last=True)
        self._output.close()
        self._on_exit(children.reap(self._popen))
