"""The log lines of an invocation."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from gurukool_localstack.functions.faults import Fault


@dataclass(frozen=True)
class Report:
    """What Lambda reports after each invocation."""

    request_id: str
    milliseconds: float
    memory_megabytes: int  # the function's limit
    peak_megabytes: float
    init_milliseconds: float | None  # of a cold start
    fault: Fault | None

    @property
    def billed_milliseconds(self) -> int:
        return math.ceil(self.milliseconds)

    @property
    def used_megabytes(self) -> int:
        return math.ceil(self.peak_megabytes)


class LogFormat(Protocol):
    """What becomes of the lines of a function, and which lines Lambda itself writes (its system log)."""

    def application(self, text: str) -> Iterable[str]: ...  # nothing if its level is too low

    def init_started(self) -> Iterable[str]: ...

    def init_failed(self, seconds: float, phase: str, fault: Fault) -> Iterable[str]: ...

    def started(self, request_id: str, version: str) -> Iterable[str]: ...

    def ended(self, report: Report) -> Iterable[str]: ...


class InvocationLog:
    """The log of one execution environment, which remembers the lines of the current invocation.

    `write` sends a line to CloudWatch Logs at once, so that a long invocation can be followed.
    """

    def __init__(self, write: Callable[[str], None], log_format: LogFormat) -> None:
        self._write = write
        self._format = log_format
        self._lines: list[str] = []

    def line(self, text: str) -> None:
        """A line that the function has written."""
        self._add(self._format.application(text))

    def init_started(self) -> None:
        """In CloudWatch Logs only, not in the answer of the invocation."""
        for line in self._format.init_started():
            self._write(line)

    def init_failed(self, seconds: float, phase: str, fault: Fault) -> None:
        """`phase`: init, or invoke if the initialisation was part of an invocation."""
        self._add(self._format.init_failed(seconds, phase, fault))

    def started(self, request_id: str, version: str) -> None:
        self._add(self._format.started(request_id, version))

    def ended(self, report: Report) -> None:
        self._add(self._format.ended(report))

    def take(self) -> str:
        """The lines since the previous call."""
        taken, self._lines = self._lines, []
        return "\n".join(taken) + "\n"

    def _add(self, lines: Iterable[str]) -> None:
        for line in lines:
            self._lines.append(line)
            self._write(line)
