"""A process that serves the invocations of one execution environment."""

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gurukool_localstack.functions.process import FunctionProcess
from gurukool_localstack.functions.runtime_api import Invocation, Ready, Returned, RuntimeApi

# AWS allows 10 s. A laptop that starts twenty functions at the same time needs longer.
INITIALISATION_SECONDS = 60
_MEMORY_CHECK_SECONDS = 0.1
_KILL_SECONDS = 5


@dataclass(frozen=True)
class Launch:
    """How to start a function's process."""

    command: list[str]
    directory: Path
    environment: Callable[[str], dict[str, str]]  # made from the address of its Runtime API
    memory_megabytes: int


@dataclass(frozen=True)
class Exited:
    """The process has ended by itself, without a result."""

    status: int  # as in `subprocess`: a negative number is a signal


@dataclass(frozen=True)
class OutOfMemory:
    """The process was killed because it used more memory than its function may."""


@dataclass(frozen=True)
class TimedOut:
    """The process was killed because the invocation took too long."""

    seconds: float


type Outcome = Returned | Exited | OutOfMemory | TimedOut


class Runtime:
    """One process of a function, from its start to its end. It serves one invocation at a time."""

    def __init__(self, launch: Launch, on_line: Callable[[str], None]) -> None:
        self.initialised = False
        self.init_milliseconds: float | None = None
        self._peak_megabytes = 0.0
        self._memory_megabytes = launch.memory_megabytes
        self._events: queue.SimpleQueue[Ready | Returned | Exited] = queue.SimpleQueue()
        self._ended = threading.Event()
        self._started = time.perf_counter()
        self._api = RuntimeApi(self._on_ready, self._on_returned)
        self._process = FunctionProcess(
            launch.command, launch.directory, launch.environment(self._api.address), on_line, self._on_exit
        )

    @property
    def alive(self) -> bool:
        return not self._ended.is_set()

    def peak_megabytes(self) -> float:
        """The most memory that the process has used, as far as it was measured before the end."""
        self._peak_megabytes = max(self._peak_megabytes, self._process.peak_megabytes())
        return self._peak_megabytes

    def initialise(self) -> Outcome | None:
        """Waits until the process has imported the function's module. Returns an outcome if that failed."""
        if self.initialised:
            return None
        event = self._await_event(INITIALISATION_SECONDS)
        if isinstance(event, Ready):
            self.initialised = True
            return None
        self.stop()
        return event

    def invoke(self, invocation: Invocation, timeout: float) -> Outcome:
        """Lets the initialised process serve `invocation` for at most `timeout` seconds."""
        self._api.deliver(invocation)
        outcome = self._await_event(timeout)
        if isinstance(outcome, Ready):
            raise TypeError("A process reports only once that it is ready.")
        return outcome

    def stop(self) -> None:
        """Kills the process and waits until it has ended."""
        self._process.kill()
        self._ended.wait(_KILL_SECONDS)

    def _await_event(self, seconds: float) -> Ready | Outcome:
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                return self._events.get(timeout=min(left, _MEMORY_CHECK_SECONDS))
            except queue.Empty:
                if self.peak_megabytes() > self._memory_megabytes:
                    self.stop()
                    return OutOfMemory()
        self.stop()
        return TimedOut(seconds)

    def _on_ready(self) -> None:
        if self.init_milliseconds is None:  # later calls only ask for the next invocation
            self._process.read_output()  # what the import has written comes before the invocation
            self.init_milliseconds = (time.perf_counter() - self._started) * 1000
            self._events.put(Ready())

    def _on_returned(self, result: Returned) -> None:
        self._process.read_output(last=True)  # output until now belongs to this invocation
        self._events.put(result)

    def _on_exit(self, status: int) -> None:
        self._api.close()
        self._ended.set()
        self._events.put(Exited(status))
