"""A user who sends one request at a time to the deployed stack."""

import secrets
import time
from datetime import datetime

from local_cloud.api_client import Api, Session


def sign_up(api: Api) -> Session:
    """A new user."""
    username, password = f"bench-{secrets.token_hex(6)}", secrets.token_urlsafe(12)
    api.register(username, password)
    return api.sign_in(username, password)


def lone_seconds(user: Session, count: int) -> list[float]:
    """How long each of so many `echo` requests takes, from sending it to having its outcome."""
    return [_lone(user) for _ in range(count)]


def _lone(user: Session) -> float:
    began = time.perf_counter()
    user.enqueue("echo", {})
    take(user)
    return time.perf_counter() - began


def take(user: Session) -> None:
    """Dequeue an outcome. Raises RuntimeError if there is none, or not a good one."""
    outcome = user.dequeue()
    if outcome is None or outcome["status"] != "succeeded":
        raise RuntimeError(f"There should be an outcome, and a good one: {outcome}")


def moment(text: str | None) -> float:
    """A time of the API in seconds since 1970. Raises ValueError if there is none."""
    return datetime.fromisoformat(str(text)).timestamp()
