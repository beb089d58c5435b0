"""Clients that watch the events of a request."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from local_cloud.api_client import LONGEST_WAIT
from tests.e2e.users import User

PAGE = Path(__file__).parents[2] / "docs/events.md"
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)


def follow_of_the_page() -> Callable[[str, str, int], Iterator[Any]]:
    """The client that docs/events.md shows."""
    [code] = [code for code in BLOCK.findall(PAGE.read_text()) if "def follow(" in code]
    names: dict[str, Any] = {}
    exec(compile(code, PAGE.name, "exec"), names)
    follow: Callable[[str, str, int], Iterator[Any]] = names["follow"]
    return follow


def events(user: User, seq: int, after: int = 0, wait: int = 0) -> Any:
    """One answer."""
    return user.session.ask("GET", f"/api/queue/requests/{seq}/events?after={after}&wait={wait}")


def reconnect(user: User, seq: int) -> list[Any]:
    """All events, for a client whose connection breaks in the middle of every answer."""
    seen: list[Any] = []
    ended = False
    while not ended:
        answer = events(user, seq, seen[-1]["n"] if seen else 0, LONGEST_WAIT)
        received = answer["events"]
        seen += received[: len(received) // 2 + 1]
        ended = answer["ended"] and len(received) <= 1
    return seen
