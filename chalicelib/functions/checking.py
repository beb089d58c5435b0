"""How the function `checker` checks: sign in, send a request, take its outcome, sign out."""

import json
import logging
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from chalicelib.adapters.gateway.public_api import NotAnsweredError, PublicApi
from chalicelib.core.errors import UnavailableError
from chalicelib.core.log_events import log_event
from chalicelib.handlers.synthetic import TYPE

if TYPE_CHECKING:
    from chalicelib.container import Container

LONGEST_S = 30.0  # until the outcome is there. The function's time-out leaves 20 s for the other calls
WAIT_S = 10  # of one call that waits for it
PAUSE_S = 0.5  # before the next one, since the API may be asked not to wait
ACCOUNT = "the account of the synthetic check"


class CheckFailedError(Exception):
    """The message is a sentence without any credential."""


class Call(Protocol):
    """As PublicApi."""

    def __call__(self, method: str, path: str, body: object = None, *, token: str = "") -> Any: ...


class Check:
    """One user, who has one request at a time."""

    def __init__(
        self,
        call: Call,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`now`: in seconds."""
        self._call = call
        self._now = now
        self._sleep = sleep

    def __call__(self, username: str, password: str, seconds: float = LONGEST_S) -> None:
        """Raises CheckFailedError or NotAnsweredError unless a request succeeds within so many seconds."""
        credentials = {"username": username, "password": password}
        token = self._call("POST", "/api/auth/login", credentials)["access_token"]
        try:
            self._carry_out(token, self._now() + seconds)
        except (CheckFailedError, NotAnsweredError):
            with suppress(NotAnsweredError):  # the first fault is told
                self._sign_out(token)
            raise
        self._sign_out(token)

    def _sign_out(self, token: str) -> None:
        self._call("POST", "/api/auth/logout", token=token)

    def _carry_out(self, token: str, until: float) -> None:
        """`reject`: while nothing works, one request waits and not one more for each check."""
        nonce = secrets.token_hex(8)
        order = {"type": TYPE, "payload": nonce, "slot": TYPE, "if_busy": "reject"}
        seq = self._call("POST", "/api/queue/enqueue", order, token=token)["seq"]
        outcome = self._taken(token, seq, until)
        if (outcome["status"], outcome["result"]) != ("succeeded", nonce):
            raise CheckFailedError(f"Request {seq} ended as {outcome['status']}, or with another result.")

    def _taken(self, token: str, seq: int, until: float) -> Any:
        """The outcome of this request. A check that was given up may have left one before it."""
        while (left := until - self._now()) > 0:
            wait = min(WAIT_S, int(left) + 1)
            outcome = self._call("GET", f"/api/queue/dequeue?wait={wait}", token=token)
            if outcome is None:
                self._sleep(min(PAUSE_S, left))
            elif outcome["seq"] == seq:
                return outcome
        raise CheckFailedError(f"Request {seq} was accepted and has no outcome in time.")


def run(container: "Container", seconds: float) -> None:
    """Checks, and logs how it went: the metrics ChecksPassed, ChecksFailed and CheckMs are made of that."""
    started = time.monotonic()
    settings = container.settings
    account = container.adapters.application_secrets({ACCOUNT: settings.resource("CHECK_ACCOUNT_ARN")})
    try:
        known = json.loads(account(ACCOUNT))
        Check(PublicApi(settings.resource("API_URL")))(known["username"], known["password"], seconds)
    except (CheckFailedError, NotAnsweredError, UnavailableError) as error:
        log_event("check failed", level=logging.WARNING, reason=str(error))
        return
    log_event("check passed", took_ms=round((time.monotonic() - started) * 1000))
