"""Clients that follow the events of a request, each in its own way."""

from typing import Any

from local_cloud.api_client import LONGEST_WAIT
from tests.e2e.users import User

CALLS = 500  # far more than any watcher needs


def events(user: User, seq: int, after: int = 0, wait: int = 0) -> Any:
    """One answer."""
    return user.session.ask("GET", f"/api/queue/requests/{seq}/events?after={after}&wait={wait}")


def follow(user: User, seq: int) -> list[Any]:
    """All events, as a client sees them that goes on after the last one each time."""
    seen: list[Any] = []
    for _ in range(CALLS):
        answer = events(user, seq, _last(seen), LONGEST_WAIT)
        seen += answer["events"]
        if answer["ended"]:
            return seen
    raise AssertionError("the events do not end")


def reconnect(user: User, seq: int) -> list[Any]:
    """All events, as a client sees them whose connection breaks in the middle of each answer with several."""
    seen: list[Any] = []
    for _ in range(CALLS):
        answer = events(user, seq, _last(seen), LONGEST_WAIT)
        received = answer["events"]
        seen += received[: len(received) // 2 + 1]
        if answer["ended"] and len(received) <= 1:
            return seen
    raise AssertionError("the events do not end")


def _last(seen: list[Any]) -> int:
    return int(seen[-1]["n"]) if seen else 0
