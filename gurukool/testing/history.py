"""One request from its beginning to its end, with the process that ends at one point."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gurukool.testing.outcome import Outcome
from gurukool.testing.process import CRASH, Event, Kind, Process


@dataclass(frozen=True, slots=True)
class Ending:
    """What is left when the request has ended."""

    outcome: Outcome
    tables: Mapping[str, Mapping[str, Any]]  # the items of each table, by the text of their keys
    follow_ups: Sequence[str] = ()  # the requests that handlers have enqueued, in a line's order
    pushes: Sequence[str] = ()  # which outcomes went to which callbacks, sorted


@dataclass(frozen=True, slots=True)
class History:
    """What has happened, and what is left of it."""

    events: Sequence[Event]
    points: int
    ending: Ending
    unwatched: Mapping[str, str] = field(default_factory=dict)
    """Classes that the handler got from watched objects: their names, and those of the objects."""

    @property
    def calls(self) -> Counter[str]:
        """How often something outside was called, by name."""
        return Counter(event.name for event in self.events if event.kind is Kind.CALL)

    @property
    def before_crash(self) -> int:
        """How many events there were before the process ended."""
        return self.events.index(CRASH)

    def lines(self) -> list[str]:
        """The events as text, the places in a column beside them."""
        width = max(len(event.text) for event in self.events)
        return [
            f"{'>' if event is CRASH else ' '} {event.text:{width}}  {event.place or ''}".rstrip()
            for event in self.events
        ]


type Play = Callable[[Process], Ending]
"""Live through the request in that process."""


def live(play: Play, end_at: int = 0) -> History:
    """With a process that ends at that point; 0: at none."""
    process = Process(end_at)
    ending = play(process)
    return History(process.events, process.points, ending, process.unwatched)
