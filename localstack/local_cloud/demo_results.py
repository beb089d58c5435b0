"""The results of the demo: whether a request was lost or out of order, and how long all took."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median

from local_cloud.api_client import RequestView


@dataclass(frozen=True)
class Lane:
    """The requests of one user."""

    name: str
    accepted: Sequence[int]  # sequence numbers, in the order of the answers
    outcomes: Sequence[RequestView]  # in the order of dequeuing

    @property
    def in_order(self) -> bool:
        """Whether the numbers rise, and each request started only after the previous one had finished."""
        return all(
            ahead["seq"] < behind["seq"] and _moment(ahead["finished_at"]) <= _moment(behind["started_at"])
            for ahead, behind in pairwise(self.outcomes)
        )

    @property
    def lost(self) -> int:
        """How many accepted requests have no outcome."""
        return len(set(self.accepted) - {outcome["seq"] for outcome in self.outcomes})

    @property
    def median_wait(self) -> float:
        """The median time from acceptance to outcome, in seconds."""
        waits = [_moment(o["finished_at"]) - _moment(o["enqueued_at"]) for o in self.outcomes]
        return median(waits) if waits else 0.0

    @property
    def work(self) -> float:
        """The time that the handlers took, in seconds."""
        return sum(_moment(o["finished_at"]) - _moment(o["started_at"]) for o in self.outcomes)


def is_right(lanes: Sequence[Lane]) -> bool:
    """Whether every request has its outcome, in order."""
    return all(lane.in_order and not lane.lost for lane in lanes)


def summary(lanes: Sequence[Lane], seconds: float) -> str:
    """The results in one sentence. `seconds`: the duration of the whole demo."""
    if is_right(lanes):
        done, work = sum(len(lane.outcomes) for lane in lanes), sum(lane.work for lane in lanes)
        return (
            f"All {done} requests of {len(lanes)} users were carried out, each user's in the order of "
            f"acceptance: {work:.1f} s of work in {seconds:.1f} s."
        )
    lost, disordered = sum(lane.lost for lane in lanes), [lane.name for lane in lanes if not lane.in_order]
    return f"Something is wrong: {lost} requests were lost; out of order: {', '.join(disordered) or 'none'}."


def _moment(text: str | None) -> float:
    """The Unix time in seconds. Raises ValueError if there is none, since every outcome has its times."""
    if text is None:
        raise ValueError("An outcome has no time.")
    return datetime.fromisoformat(text).timestamp()
