"""What is known of the users and of their calls."""

from dataclasses import dataclass, field
from typing import Any

from chalicelib.core.errors import GurukoolError
from chalicelib.core.time import Millis
from tests.simulation.readers import Reader


@dataclass(slots=True)
class Call:
    """One call of the API. Without `ended` there was no answer."""

    name: str  # also of its actor
    user_id: str
    kind: str
    session_id: str
    asked: Any = None
    started: Millis = 0
    ended: Millis | None = None
    answer: Any = None
    error: GurukoolError | None = None

    @property
    def worked(self) -> bool:
        return self.ended is not None and self.error is None


@dataclass(slots=True)
class User:
    id: str
    sessions: list[str]
    reader: Reader = field(default_factory=Reader)
    places: dict[tuple[int, str], int] = field(default_factory=dict)  # of watchers: the last event they saw
