"""What the demo finds out: whether anything was lost or out of order, and how long it took."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median

from local_cloud.api_client import RequestView


@dataclass(frozen=True)
class Lane:
    """One user's requests."""

    name: str
    accepted: Sequence[int]  # numbers, as the enqueues were answered
    outcomes: Sequence[RequestView]  # as they were dequeued

    @property
    def in_order(self) -> bool:
        """By rising numbers, and none started before the one ahead of it had finished."""
        return all(
            ahead["seq"] < behind["seq"] and _moment(ahead["finished_at"]) <= _moment(behind["started_at"])
            for ahead, behind in pairwise(self.outcomes)
        )

    @property
    def lost(self) -> int:
        return len(set(self.accepted) - {outcome["seq"] for outcome in self.outcomes})

    @property
    def median_wait(self) -> float:
        """Seconds from acceptance to outcome."""
        waits = [_moment(o["finished_at"]) - _moment(o["enqueued_at"]) for o in self.outcomes]
        return median(waits) if waits else 0.0

    @property
    def work(self) -> float:
        """Seconds that the handlers took."""
        return sum(_moment(o["finished_at"]) - _moment(o["started_at"]) for o in self.outcomes)


def is_right(lanes: Sequence[Lane]) -> bool:
    return all(lane.in_order and not lane.lost for lane in lanes)


def summary(lanes: Sequence[Lane], seconds: float) -> str:
    """One sentence. `seconds`: how long it took in all."""
    if is_right(lanes):
        done, work = sum(len(lane.outcomes) for lane in lanes), sum(lane.work for lane in lanes)
        return (
            f"All {done} requests of {len(lanes)} users were carried out, each user's in the order of "
            f"acceptance: {work:.1f} s of work in {seconds:.1f} s."
        )
    lost, disordered = sum(lane.lost for lane in lanes), [lane.name for lane in lanes if not lane.in_order]
    return f"Something is wrong: {lost} requests were lost; out of order: {', '.join(disordered) or 'none'}."


def _moment(text: str | None) -> float:
    """Seconds since 1970 of a moment that an outcome must have."""
    if text is None:
        raise ValueError("an outcome without its times")
    return datetime.fromisoformat(text).timestamp()
