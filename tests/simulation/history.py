"""What happened, so that a failure can be read."""

from dataclasses import dataclass, field
from typing import Any

from chalicelib.adapters.memory.clock import START
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.request import Request
from chalicelib.core.time import Millis


class Violation(Exception):  # noqa: N818 - it is what is looked for, not something that went wrong with looking
    """The system has broken a promise."""


def require(condition: bool, violation: str) -> None:
    """Raises Violation unless the condition holds."""
    if not condition:
        raise Violation(violation)


@dataclass(frozen=True, slots=True)
class Step:
    at: Millis
    actor: str
    call: str
    arguments: tuple[Any, ...]
    answer: Any


@dataclass(slots=True)
class History:
    recorded: bool = True  # it takes time, and almost all histories are never read
    steps: list[Step] = field(default_factory=list)

    def add(self, at: Millis, actor: str, call: str, arguments: tuple[Any, ...], answer: Any) -> None:
        if self.recorded:
            self.steps.append(Step(at, actor, call, arguments, answer))

    def __str__(self) -> str:
        return "\n".join(line(step) for step in self.steps)


def line(step: Step) -> str:
    seconds = (step.at - START) / 1000
    arguments = ", ".join(_short(a) for a in step.arguments)
    return f"{seconds:10.3f}  {step.actor:<18} {step.call}({arguments}) -> {_short(step.answer)}"


def _short(value: Any) -> str:
    match value:
        case Queue():
            return (
                f"<queue {value.user_id} {value.state} read {value.read} head {value.head} tail {value.tail}"
                f" room {value.room} purged {value.purged}{' awake' if value.awake else ''}"
                f" sessions {len(value.sessions)}>"
            )
        case Request():
            mark = f" by {value.attempt_token}" if value.attempt_token else ""
            mark += f" to stop since {_short(value.stop_requested_at)}" if value.stop_requested_at else ""
            payload = value.payload.strip()  # those that are large end with spaces
            return f"<{value.user_id}/{value.seq} {payload} {value.status} x{value.attempts}{mark}>"
        case list() | tuple():
            return "[" + ", ".join(_short(v) for v in value) + "]"
        case int() if value > START // 2:
            return f"{(value - START) / 1000:.3f}"
        case BaseException():
            return f"{type(value).__name__}: {value}" if str(value) else type(value).__name__
        case _:
            return str(value)
