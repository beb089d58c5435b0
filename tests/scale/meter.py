"""What was asked of AWS: calls, units, invocations, time. The bill and the load come from it."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from chalicelib.adapters.runtime.logs import line
from chalicelib.core.time import Millis

ID = "0" * 36  # as long as the id of a call, and of an invocation
NOON: Millis = 1_795_953_600_000
# What each line of a function has beside the event's own fields. Values are as long as real ones.
WORKER = {"request_id": ID}
API = {"call": ID, "source": "192.0.2.123", "user": "0" * 32, "session": "0" * 12}
OF_THE_API = ("request accepted", "requests accepted", "call answered")


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
    """Counts the bytes of the lines of the core and of the web layer, as the functions write them."""

    def __init__(self, meter: Meter) -> None:
        super().__init__()
        self._meter = meter

    def emit(self, record: logging.LogRecord) -> None:
        event = record.getMessage()
        invocation: dict[str, Any] = API if event in OF_THE_API else WORKER
        fields = invocation | getattr(record, "fields", {})
        if "call" in fields and event != "call answered":  # as the functions' lines
            fields.pop("request_id", None)
        text = line(NOON, record.levelname, event, fields)
        self._meter.counts["log lines"] += 1
        self._meter.add("log bytes", len(text))


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
