"""Which lines of the logs somebody wants to see."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Self

from infra.log_lines import Line

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
# Where an id may be: that of the call (X-Request-Id), of a trace, and of an invocation of Lambda.
ID_FIELDS = ("call", "trace", "request_id", "requestId")
ENTERED = ("request accepted", "requests accepted", "requests replayed", "entry entered")
ENDED = (
    *("request succeeded", "request failed", "request cancelled", "request superseded", "request expired"),
    "request skipped",
)
PATTERN_LIMIT = 1024  # characters of a filter pattern, says CloudWatch Logs


class Requests(NamedTuple):
    """Some requests of a user, by their numbers."""

    user: str
    first: int
    last: int

    def pattern(self) -> str:
        later = f"(($.seq >= {self.first}) || ($.last_seq >= {self.first}))"
        return f"(($.user = {_quoted(self.user)}) && ($.seq <= {self.last}) && {later})"

    def has(self, line: Line) -> bool:
        about = line.numbers()
        return line.fields.get("user") == self.user and any(self.first <= seq <= self.last for seq in about)


@dataclass(frozen=True)
class Selection:
    """None stands for any. With an id, also lines about the `requests` that the call has sent."""

    user: str | None = None  # the id
    seq: int | None = None
    type: str | None = None
    id: str | None = None
    level: str = "DEBUG"  # this one or a more severe one
    platform: bool = False  # also Lambda's lines about invocations in which nothing went wrong
    requests: Sequence[Requests] = field(default=())

    def pattern(self) -> str:
        """The filter pattern of CloudWatch Logs, as far as it can say it.

        It selects whatever `accepts` does. A pattern for JSON selects no text, and lines that are text count
        as warnings: so there is no pattern for the level WARNING.

        >>> Selection("5f0c", 7).pattern()
        '{ ($.user = "5f0c") && (($.seq = 7) || (($.seq <= 7) && ($.last_seq >= 7))) }'
        """
        wanted = [f"($.{name} = {_quoted(value)})" for name, value in self._fields().items()]
        if self.seq is not None:  # the second half is for the line about a batch
            wanted.append(f"(($.seq = {self.seq}) || (($.seq <= {self.seq}) && ($.last_seq >= {self.seq})))")
        if self.level in ("ERROR", "CRITICAL"):
            wanted.append(f"({_either(self._severe())})")
        if self.id:
            by_id = [f"($.{name} = {_quoted(self.id)})" for name in ID_FIELDS[:3]]
            by_id += ["($.record.requestId = " + _quoted(self.id) + ")"]
            by_id += [requests.pattern() for requests in self.requests]
            wanted.append(f"({_either(by_id)})")
        text = f"{{ {' && '.join(wanted)} }}" if wanted else ""
        return text if len(text) <= PATTERN_LIMIT else ""

    def _severe(self) -> Iterator[str]:
        """Conditions for lines of this level or above. A level that is none of ours counts as severe."""
        less = LEVELS[: LEVELS.index(self.level)]
        yield f"({' && '.join(f'($.level != {_quoted(level)})' for level in less)})"
        if self.level == "ERROR":  # Lambda's own line about an invocation that went wrong has no level
            yield '($.record.status = "*")'

    def accepts(self, line: Line) -> bool:
        if line.platform and not self.platform:
            return False
        if any(line.fields.get(name) != value for name, value in self._fields().items()):
            return False
        if not line.is_about(None, self.seq):
            return False
        severe = line.level not in LEVELS or LEVELS.index(line.level) >= LEVELS.index(self.level)
        return severe and (self.id is None or self._is_of_id(line))

    def _is_of_id(self, line: Line) -> bool:
        if self.id in {line.fields.get(name) for name in ID_FIELDS}:
            return True
        return any(requests.has(line) for requests in self.requests)

    def _fields(self) -> dict[str, str]:
        wanted = {"user": self.user, "type": self.type}
        return {name: value for name, value in wanted.items() if value is not None}

    def with_requests_of(self, lines: Iterable[Line]) -> Self:
        """Also with the requests that these lines say the call has sent: not all lines about them name it."""
        numbers: dict[str, set[int]] = {}
        for line in lines:
            if line.event in ENTERED and self._is_of_id(line):
                numbers.setdefault(line.fields["user"], set()).update(line.numbers())
        found = [Requests(user, min(seqs), max(seqs)) for user, seqs in sorted(numbers.items())]
        known = [requests for requests in self.requests if requests not in found]
        return replace(self, requests=(*known, *found)) if found else self


class Trail:
    """What has become of a call, line by line."""

    def __init__(self) -> None:
        self._answered = False
        self._open: set[tuple[Any, Any]] = set()
        self._ended: set[tuple[Any, Any]] = set()

    def follow(self, line: Line) -> None:
        user, seq, entry = (line.fields.get(name) for name in ("user", "seq", "id"))
        if line.event == "call answered":
            self._answered = True
        elif line.event == "request scheduled":
            self._open.add((user, entry))
        elif line.event in ENTERED:
            self._ended.add((user, entry))
            self._open.update((user, number) for number in line.numbers())
        elif line.event in ENDED:
            self._ended.add((user, seq))

    @property
    def is_over(self) -> bool:
        """Whether the call was answered, and all requests that it has sent have their outcomes."""
        return self._answered and self._open <= self._ended


def _quoted(value: str) -> str:
    return '"' + value.replace('"', '\\"') + '"'


def _either(conditions: Iterable[str]) -> str:
    return " || ".join(conditions)
