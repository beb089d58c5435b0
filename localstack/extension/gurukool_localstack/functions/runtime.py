"""A process that serves the invocations of one execution environment."""

import queue
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gurukool_localstack.functions.process import FunctionProcess
from gurukool_localstack.functions.runtime_api import Invocation, Ready, Returned, RuntimeApi

# Without the time that the process waits for a processor: twenty functions may start at the same time here.
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib
INITIALISATION_SECONDS = 10
_MEMORY_CHECK_SECONDS = 0.1
_KILL_SECONDS = 5
_END_SECONDS = 1  # for a process whose result was refused to end by itself


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
    """One process of a function, from its start to its end. It serves one invocation at a time.

    Between two invocations it is frozen, with all its threads and children, as on AWS.
    """

    def __init__(self, launch: Launch, on_line: Callable[[str], None]) -> None:
        self.initialised = False
        self.init_milliseconds: float | None = None
        self._peak_megabytes = 0.0
        self._memory_megabytes = launch.memory_megabytes
        self._events: queue.SimpleQueue[Ready | Returned | Exited] = queue.SimpleQueue()
        self._ended = threading.Event()
        self._freezing = threading.Lock()
        self._is_serving = False
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

    def seconds(self) -> float:
        """Since the process was started."""
        return time.perf_counter() - self._started

    def initialise(self, seconds: float) -> Outcome | None:
        """Waits until the process has imported the function's module. Returns an outcome if that failed.

        `seconds` do not count while the process waits for a processor.
        """
        if self.initialised:
            return None
        event = self._await_event(seconds, self._process.seconds_without_processor)
        if isinstance(event, Ready):
            self.initialised = True
            return None
        self.stop()
        return event

    def invoke(self, invocation: Invocation, timeout: float) -> Outcome:
        """Lets the initialised process serve `invocation` for at most `timeout` seconds."""
        with self._freezing:
            self._is_serving = True
            self._process.signal(signal.SIGCONT)
        self._api.deliver(invocation)
        outcome = self._await_event(timeout)
        if isinstance(outcome, Ready):
            raise TypeError("A process reports only once that it is ready.")
        if isinstance(outcome, Returned) and outcome.is_refused and not self._ended.wait(_END_SECONDS):
            self.stop()
        return outcome

    def stop(self) -> None:
        """Kills the process and waits until it has ended."""
        self._process.kill()
        self._ended.wait(_KILL_SECONDS)

    def _await_event(self, seconds: float, paused: Callable[[], float] = lambda: 0.0) -> Ready | Outcome:
        """The next event; TimedOut after `seconds` and those that `paused` tells.

        The memory is looked at now and then, and again when the event comes. So what an invocation has used
        just before its end counts against this invocation, not against the next one.
        """
        deadline = time.monotonic() + seconds
        while (left := deadline + paused() - time.monotonic()) > 0:
            event = None
            with suppress(queue.Empty):
                event = self._events.get(timeout=min(left, _MEMORY_CHECK_SECONDS))
            if not isinstance(event, Exited) and self.peak_megabytes() > self._memory_megabytes:
                self.stop()
                return OutOfMemory()
            if event:
                return event
        self.stop()
        return TimedOut(seconds)

    def _on_ready(self) -> None:
        if self.init_milliseconds is None:  # later calls only ask for the next invocation
            self._process.read_output()  # what the import has written comes before the invocation
            self.init_milliseconds = self.seconds() * 1000
            self._events.put(Ready())
        with self._freezing:
            if not self._is_serving:
                self._process.signal(signal.SIGSTOP)

    def _on_returned(self, result: Returned) -> None:
        self._process.read_output(last=True)  # output until now belongs to this invocation
        with self._freezing:
            self._is_serving = False
        self._events.put(result)

    def _on_exit(self, status: int) -> None:
        self._api.close()
        self._ended.set()
        self._events.put(Exited(status))
