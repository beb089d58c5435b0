"""Log lines of the functions, and how a terminal shows them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from rich.text import Text

# Lambda itself writes these lines around each invocation of a function whose log format is text.
PLATFORM = ("INIT_START ", "START ", "END ", "REPORT ")
# Fields that are shown elsewhere in the line, or are too long for it.
APART = frozenset({"timestamp", "time", "level", "event", "function", "request_id", "trace", "exception"})
MEASURED = "requests measured"  # the event of a line that has nothing but metrics
COLOURS = {"DEBUG": "dim", "WARNING": "yellow", "ERROR": "bold red", "CRITICAL": "bold red"}
FUNCTION_COLOURS = {
    "api": "cyan",
    "worker": "magenta",
    "slow": "bright_magenta",
    "long": "green",
    "sweeper": "blue",
    "calls": "yellow",
    "check": "bright_blue",
}


@dataclass(frozen=True)
class Line:
    """One line of a function's log."""

    moment: int  # Unix time in milliseconds
    function: str  # api, worker, slow, long, sweeper, calls or check
    level: str  # as Python names it
    event: str
    fields: Mapping[str, Any]  # none if it is not JSON
    platform: bool = False  # Lambda's own line about an invocation in which nothing went wrong

    @classmethod
    def parse(cls, function: str, moment: int, message: str) -> Self:
        """Reads a log event.

        `moment`: when CloudWatch Logs received it; lines that are JSON say when they were written.
        """
        text = message.rstrip()
        if text.startswith(PLATFORM):
            return cls(moment, function, "DEBUG", " ".join(text.split()), {}, platform=True)
        document = _document(text)
        if document is None:  # a line that is written to a descriptor, or by a process that a handler starts
            return cls(moment, function, "WARNING", " ".join(text.split()), {})
        # Lambda's own lines have `time`, and so have ours of an older release.
        written = document.get("timestamp") or document.get("time")
        moment = _milliseconds(written) or moment
        if str(document.get("type")).startswith("platform."):
            return cls._of_lambda(function, moment, document)
        level, event = str(document.get("level", "INFO")), _event(document, text)
        return cls(moment, function, level, event, _without_metrics(document), platform=event == MEASURED)

    @classmethod
    def _of_lambda(cls, function: str, moment: int, document: Mapping[str, Any]) -> Self:
        record = document.get("record") or {}
        failed = record.get("status", "success") != "success"
        told = {key: record[key] for key in ("status", "errorType", "requestId") if key in record}
        fields = {"level": "ERROR" if failed else "DEBUG", **told, **record.get("metrics", {})}
        return cls(moment, function, fields["level"], document["type"], fields, platform=not failed)

    def is_about(self, user: str | None, seq: int | None) -> bool:
        """Whether the line is about this user and request; None stands for any."""
        return user in {None, self.fields.get("user")} and (seq is None or seq in self.numbers())

    def numbers(self) -> Sequence[int]:
        """Of the requests that the line is about: none, one, or those of a batch."""
        first = self.fields.get("seq")
        last = self.fields.get("last_seq", first)
        return range(first, last + 1) if isinstance(first, int) and isinstance(last, int) else ()

    def render(self) -> Text:
        """The line with colours, its time in the local time zone; long texts go on below it."""
        at = datetime.fromtimestamp(self.moment / 1000, UTC).astimezone()
        colour = "dim" if self.platform else COLOURS.get(self.level, "default")
        event, _, more = self.event.partition("\n")
        return Text.assemble(
            (f"{at:%H:%M:%S}.{at.microsecond // 1000:03} ", "dim"),
            (f"{self.function:8}", FUNCTION_COLOURS.get(self.function, "default")),
            (event, colour),
            *self._shown(),
            *_indented(more),
            *_indented(str(self.fields.get("exception", ""))),
        )

    def as_json(self) -> str:
        """The line as a JSON object, whatever it was."""
        own = {"level": self.level, "event": self.event} if not self.fields else self.fields
        moment = datetime.fromtimestamp(self.moment / 1000, UTC).isoformat(timespec="milliseconds")
        return json.dumps({"timestamp": moment.replace("+00:00", "Z"), "function": self.function, **own})

    def _shown(self) -> Iterator[tuple[str, str]]:
        for name, value in self.fields.items():
            if name not in APART:
                yield f"  {name}=", "dim"
                yield _last_line(value), "default"


def _document(text: str) -> dict[str, Any] | None:
    try:
        document = json.loads(text)
    except ValueError:
        return None
    written = isinstance(document, dict) and {"timestamp", "time"} & document.keys()
    return document if written else None


def _event(document: Mapping[str, Any], text: str) -> str:
    """What the line says, whether we, Lambda's runtime or a library of the application have written it."""
    if error := document.get("errorMessage"):
        return f"{document.get('errorType', 'Error')}: {error}"
    return str(document.get("event") or document.get("message") or text)


def _without_metrics(document: dict[str, Any]) -> dict[str, Any]:
    """The fields of a line that carries metrics, without those that are for CloudWatch."""
    directives = document.get("_aws", {}).get("CloudWatchMetrics", [])
    names = {metric["Name"] for directive in directives for metric in directive["Metrics"]}
    names |= {name for directive in directives for group in directive["Dimensions"] for name in group}
    return {name: value for name, value in document.items() if name not in names | {"_aws"}}


def _milliseconds(written: object) -> int | None:
    try:
        return int(datetime.fromisoformat(str(written)).timestamp() * 1000)
    except ValueError:
        return None


def _last_line(value: Any) -> str:
    lines = str(value).strip().splitlines()
    return lines[-1] if lines else ""


def _indented(text: str) -> Iterator[tuple[str, str]]:
    for line in text.rstrip().splitlines():
        yield f"\n    {line}", "dim"
