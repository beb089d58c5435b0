"""Log lines of the functions, and how a terminal shows them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from rich.text import Text

# Lambda itself writes these lines around each invocation.
PLATFORM = ("INIT_START ", "START ", "END ", "REPORT ")
# Fields that are shown elsewhere in the line, or are too long for it.
APART = frozenset({"time", "level", "event", "function", "request_id", "trace"})
MEASURED = "requests measured"  # the event of a line that has nothing but metrics
COLOURS = {"DEBUG": "dim", "INFO": "default", "WARNING": "yellow", "ERROR": "bold red"}
FUNCTION_COLOURS = {
    "api": "cyan",
    "worker": "magenta",
    "slow": "bright_magenta",
    "long": "green",
    "sweeper": "blue",
    "calls": "yellow",
}


@dataclass(frozen=True)
class Line:
    """One line of a function's log."""

    moment: int  # Unix time in milliseconds
    function: str  # api, worker, slow, long, sweeper or calls
    level: str
    event: str
    fields: Mapping[str, Any]
    platform: bool = False

    @classmethod
    def parse(cls, function: str, moment: int, message: str) -> Self:
        """Reads a log event.

        `moment`: when CloudWatch Logs received it; our own lines say when they were written.
        """
        text = message.rstrip()
        if text.startswith(PLATFORM):
            return cls(moment, function, "DEBUG", " ".join(text.split()), {}, platform=True)
        if (document := _document(text)) is None:
            # A line of the runtime, or of a handler's print. The lines of a traceback are separated by \r.
            return cls(moment, function, "WARNING", " ".join(text.split()), {})
        written = int(datetime.fromisoformat(document["time"]).timestamp() * 1000)
        fields = _without_metrics(document)
        bare = document["event"] == MEASURED
        return cls(written, function, document["level"], document["event"], fields, platform=bare)

    def is_about(self, user: str | None, seq: int | None) -> bool:
        """Whether the line is about this user and request; None stands for any."""
        return user in {None, self.fields.get("user")} and (seq is None or seq in self._numbers())

    def _numbers(self) -> Sequence[Any]:
        """Of the requests that the line is about: one, or those of a batch."""
        first, last = self.fields.get("seq"), self.fields.get("last_seq")
        return range(first, last + 1) if isinstance(first, int) and isinstance(last, int) else (first,)

    def render(self) -> Text:
        """The line with colours, its time in the local time zone."""
        at = datetime.fromtimestamp(self.moment / 1000, UTC).astimezone()
        colour = "dim" if self.platform else COLOURS.get(self.level, "default")
        return Text.assemble(
            (f"{at:%H:%M:%S}.{at.microsecond // 1000:03} ", "dim"),
            (f"{self.function:8}", FUNCTION_COLOURS.get(self.function, "default")),
            (self.event, colour),
            *self._shown(),
        )

    def _shown(self) -> list[tuple[str, str]]:
        shown = ((name, _short(value)) for name, value in self.fields.items() if name not in APART)
        return [part for name, value in shown for part in ((f"  {name}=", "dim"), (value, "default"))]


def _document(text: str) -> dict[str, Any] | None:
    """The fields, if our own code wrote the line; otherwise None."""
    try:
        document = json.loads(text)
    except ValueError:
        return None
    ours = isinstance(document, dict) and {"time", "level", "event"} <= document.keys()
    return document if ours else None


def _without_metrics(document: dict[str, Any]) -> dict[str, Any]:
    """The fields of a line that carries metrics, without those that are for CloudWatch."""
    directives = document.get("_aws", {}).get("CloudWatchMetrics", [])
    names = {metric["Name"] for directive in directives for metric in directive["Metrics"]}
    names |= {name for directive in directives for group in directive["Dimensions"] for name in group}
    return {name: value for name, value in document.items() if name not in names | {"_aws"}}


def _short(value: Any) -> str:
    """The last line of the value: the last line of a traceback says what was raised."""
    lines = str(value).strip().splitlines()
    return lines[-1] if lines else ""
