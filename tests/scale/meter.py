"""What was asked of AWS: calls, units, invocations, time. The bill and the load come from it."""

import json
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from chalicelib.adapters.runtime.logs import COMPACT

# What each line of a function has beside the event's own fields.
INVOCATION = {"request_id": "0" * 36}
TIME = "2026-11-29T00:00:00.000Z"


class Meter:
    """Counts by name. `made` has the calls of AWS in their order, if they are recorded."""

    def __init__(self, *, recorded: bool = False) -> None:
        self.counts: Counter[str] = Counter()
        self.made: list[str] | None = [] if recorded else None

    def add(self, name: str, amount: float = 1) -> None:
        self.counts[name] += amount  # type: ignore[assignment]

    def called(self, action: str) -> None:
        self.counts[action] += 1
        if self.made is not None:
            self.made.append(action)

    def since(self, before: Counter[str]) -> Counter[str]:
        """What was counted since `before` was a copy of the counts."""
        now = Counter(self.counts)
        now.subtract(before)
        return now


class LogMeter(logging.Handler):
    """Counts the bytes of the lines that the core logs, as the functions write them."""

    def __init__(self, meter: Meter) -> None:
        super().__init__()
        self._meter = meter

    def emit(self, record: logging.LogRecord) -> None:
        """Not by the functions' formatter: what that adds may be left from another test's invocation."""
        fields = {"time": TIME, "level": record.levelname, "event": record.getMessage()}
        line = json.dumps(
            fields | getattr(record, "fields", {}) | INVOCATION, default=str, separators=COMPACT
        )
        self._meter.counts["log lines"] += 1
        self._meter.add("log bytes", len(line))


class LineMeter(logging.Handler):
    """Counts lines only: to format a million of them would take longer than everything else."""

    def __init__(self, meter: Callable[[], Meter]) -> None:
        super().__init__()
        self._meter = meter

    def emit(self, record: logging.LogRecord) -> None:
        self._meter().counts["log lines"] += 1


@contextmanager
def logging_to(handler: logging.Handler) -> Iterator[None]:
    """What the core logs goes to this handler and nowhere else."""
    logger = logging.getLogger("gurukool")
    before = logger.level, logger.propagate, logger.disabled
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = logger.disabled = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.level, logger.propagate, logger.disabled = before
        logger.manager._clear_cache()  # type: ignore[attr-defined]  # of who is enabled for which level
