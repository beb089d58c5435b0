import os
import select
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from io import FileIO  # noqa: TC003
from pathlib import Path
from typing import cast

from gurukool_localstack import children

_CHUNK = 65536


class FunctionProcess:
    """A process, the lines it writes, and its end.

    `on_line` gets each line of stdout and stderr, `on_exit` the status as `subprocess` has it (a signal is
    negative).
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
        self._popen = children.spawn(command, directory, environment)
        self._output = cast("FileIO", self._popen.stdout)
        os.set_blocking(self._output.fileno(), False)
        threading.Thread(target=self._watch, name=f"function-{self.pid}", daemon=True).start()

    @property
    def pid(self) -> int:
        return self._popen.pid

    def read_output(self, *, last: bool = False) -> None:
        """Report all that has been written so far; with `last` also a line that has no end yet."""
        with self._reading:
            while not self._output.closed and (chunk := self._output.read(_CHUNK)):
                *lines, self._unfinished = (self._unfinished + chunk).split(b"\n")
                for line in lines:
                    self._report(line)
            if last:
                self._report(self._unfinished)
                self._unfinished = b""

    def kill(self) -> None:
        children.kill(self._popen)

    def peak_megabytes(self) -> float:
        """The most memory it has had resident; 0 when it is gone."""
        with suppress(OSError):
            for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) / 1024
        return 0.0

    def _report(self, line: bytes) -> None:
        if line:
            # awslambdaric separates the lines of a traceback by \r, so that it stays one log event.
            self._on_line(line.decode(errors="replace").rstrip("\r").replace("\r", "\n"))

    def _watch(self) -> None:
        ended = os.pidfd_open(self.pid)
        poller = select.poll()
        poller.register(self._output, select.POLLIN)
        poller.register(ended, select.POLLIN)
        while ended not in (ready := dict(poller.poll())):
            self.read_output()
            if not ready[self._output.fileno()] & select.POLLIN:  # it has closed its stdout and lives on
                poller.unregister(self._output)
        os.close(ended)
        self._finish()

    def _finish(self) -> None:
        self.kill()  # what the process has started goes with it; until it is reaped its number stays its own
        self.read_output(last=True)
        self._output.close()
        self._on_exit(self._popen.wait())
