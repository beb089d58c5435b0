"""What a function wrote, and how it looks in a terminal: one line each."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from rich.text import Text

# What Lambda itself writes around each invocation.
PLATFORM = ("INIT_START ", "START ", "END ", "REPORT ")
# Shown in places of their own, or too long to be of use to a reader of many lines.
APART = frozenset({"time", "level", "event", "function", "request_id", "trace"})
COLOURS = {"DEBUG": "dim", "INFO": "default", "WARNING": "yellow", "ERROR": "bold red"}
FUNCTION_COLOURS = {"api": "cyan", "worker": "magenta", "slow": "bright_magenta", "sweeper": "blue"}


@dataclass(frozen=True)
class Line:
    moment: int  # milliseconds since 1970
    function: str  # api, worker, slow or sweeper
    level: str
    event: str
    fields: Mapping[str, Any]
    platform: bool = False

    @classmethod
    def parse(cls, function: str, moment: int, message: str) -> Self:
        """`moment` is when CloudWatch Logs got it; a line of ours knows better when it was written."""
        text = message.rstrip()
        if text.startswith(PLATFORM):
            return cls(moment, function, "DEBUG", " ".join(text.split()), {}, platform=True)
        if (document := _document(text)) is None:
            # Of the runtime, or printed by a handler; a traceback comes in one piece with \r in it.
            return cls(moment, function, "WARNING", " ".join(text.split()), {})
        written = int(datetime.fromisoformat(document["time"]).timestamp() * 1000)
        return cls(written, function, document["level"], document["event"], document)

    def is_about(self, user: str | None, seq: int | None) -> bool:
        """Whether it is about this user and request; None means any."""
        return user in {None, self.fields.get("user")} and seq in {None, self.fields.get("seq")}

    def render(self) -> Text:
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
    """The line as one of our own, or None."""
    try:
        document = json.loads(text)
    except ValueError:
        return None
    ours = isinstance(document, dict) and {"time", "level", "event"} <= document.keys()
    return document if ours else None


def _short(value: Any) -> str:
    """In one line: of a traceback its last, which says what was raised."""
    lines = str(value).strip().splitlines()
    return lines[-1] if lines else ""
