"""The log lines of an invocation."""

import math
from collections.abc import Callable
from dataclasses import dataclass


class InvocationLog:
    """The log of one execution environment, which remembers the lines of the current invocation.

    `write` sends a line to CloudWatch Logs at once, so that a long invocation can be followed.
    """

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._lines: list[str] = []

    def line(self, text: str, *, of_invocation: bool = True) -> None:
        """Writes a line. What is not of an invocation is in CloudWatch Logs only, not in its answer."""
        if of_invocation:
            self._lines.append(text)
        self._write(text)

    def take(self) -> str:
        """The lines since the previous call."""
        taken, self._lines = self._lines, []
        return "\n".join(taken) + "\n"


def init_report(seconds: float, phase: str, fault: str) -> str:
    """What AWS logs for an initialisation that failed.

    `phase`: init, or invoke if it was part of an invocation. `fault`: as in Report.
    """
    return f"INIT_REPORT Init Duration: {seconds * 1000:.2f} ms\tPhase: {phase}\t{fault}"


@dataclass(frozen=True)
class Report:
    """The summary that AWS logs after each invocation."""

    request_id: str
    milliseconds: float
    memory_megabytes: int  # the function's limit
    peak_megabytes: float
    init_milliseconds: float | None  # of a cold start
    fault: str | None

    def line(self) -> str:
        fields = [
            f"REPORT RequestId: {self.request_id}",
            f"Duration: {self.milliseconds:.2f} ms",
            f"Billed Duration: {math.ceil(self.milliseconds)} ms",
            f"Memory Size: {self.memory_megabytes} MB",
            f"Max Memory Used: {math.ceil(self.peak_megabytes)} MB",
        ]
        if self.init_milliseconds is not None:
            fields.append(f"Init Duration: {self.init_milliseconds:.2f} ms")
        if self.fault:
            fields.append(self.fault)
        return "\t".join(fields)
