"""What the clients of one user saw."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Accepted:
    """A 202: these numbers were given to the requests with these marks, in this order."""

    seqs: tuple[int, ...]
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dequeued:
    """A 200 of dequeue."""

    seq: int
    status: str
    mark: str | None  # of a success: what the handler was given
    attempts: int = 1


@dataclass(slots=True)
class History:
    user_id: str
    accepted: list[Accepted] = field(default_factory=list)
    dequeued: list[Dequeued] = field(default_factory=list)
    stopped: set[int] = field(default_factory=set)  # a stop of these was answered with 200 or 202
    perhaps_stopped: set[int] = field(default_factory=set)  # a stop of these had no answer
    lost_answers: int = 0  # dequeues without an answer: what they took is known from `outcomes` only
    outcomes: dict[int, Dequeued] = field(default_factory=dict)  # at the end, by number
    effects: dict[str, int] = field(default_factory=dict)  # at the end: how often each mark was counted

    def has_interrupted_requests(self) -> bool:
        """The handler never fails by itself: what was begun twice had lost its worker or the database."""
        return any(outcome.attempts > 1 for outcome in self.dequeued)
