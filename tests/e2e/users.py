"""Users of the deployed stack."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from local_cloud.api_client import Api, Session
from tests.patience import RECOVERY_S

WAIT_S = 20  # the longest that one call may wait


@dataclass(frozen=True)
class User:
    user_id: str
    username: str
    password: str = field(repr=False)
    session: Session


@dataclass(frozen=True)
class CrashedUsers:
    """Two users who were served at the same moment when the worker of one was killed."""

    victim: User  # with a `sleep` and three `echo` behind it
    bystander: User  # with a `sleep`


type SignUp = Callable[[], User]


def sign_up(api: Api) -> User:
    """A new user with a name of their own, signed in."""
    username, password = f"user-{secrets.token_hex(6)}", secrets.token_urlsafe(12)
    user_id = api.register(username, password)
    return User(user_id, username, password, api.sign_in(username, password))


def outcome_of(user: User, seq: int) -> dict[str, Any]:
    """The request, once it has its outcome."""
    for _ in range(ceil(RECOVERY_S / WAIT_S)):
        found = dict(user.session.request(seq, wait=WAIT_S))
        if found["status"] not in ("queued", "running"):
            return found
    raise AssertionError("the request does not end")
