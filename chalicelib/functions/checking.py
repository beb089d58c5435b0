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
SPARE_S = 2.0  # of the invocation, in which no call waits any more: for the line that says how it went
WAIT_S = 10  # of one call that waits for it
PAUSE_S = 0.5  # before the next one, since the API may be asked not to wait
ACCOUNT = "the account of the synthetic check"
LOG_IN, LOG_OUT = ("POST", "/api/auth/login"), ("POST", "/api/auth/logout")
ENQUEUE, DEQUEUE = ("POST", "/api/queue/enqueue"), ("GET", "/api/queue/dequeue")
NO_CREDENTIALS = f"The secret of {ACCOUNT} has no username and password: run infra.operate check-account."


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
        self._token = ""  # while signed in

    def __call__(self, username: str, password: str, seconds: float = LONGEST_S) -> None:
        """Raises CheckFailedError or NotAnsweredError unless a request succeeds within so many seconds.

        After an error, the user may still be signed in: see `leave`.
        """
        signed_in = self._call(*LOG_IN, {"username": username, "password": password})
        self._token = _member(signed_in, "access_token", str, LOG_IN)
        self._carry_out(self._now() + seconds)
        self._sign_out()

    def leave(self) -> None:
        """Signs out after a check that has failed, if that is possible."""
        if self._token:
            with suppress(NotAnsweredError):
                self._sign_out()

    def _sign_out(self) -> None:
        token, self._token = self._token, ""
        self._call(*LOG_OUT, token=token)

    def _carry_out(self, until: float) -> None:
        """`reject`: while nothing works, one request waits and not one more for each check."""
        nonce = secrets.token_hex(8)
        order = {"type": TYPE, "payload": nonce, "slot": TYPE, "if_busy": "reject"}
        accepted = self._call(*ENQUEUE, order, token=self._token)
        seq = _member(accepted, "seq", int, ENQUEUE)
        outcome = self._taken(seq, until)
        status = _member(outcome, "status", str, DEQUEUE)
        if (status, outcome.get("result")) != ("succeeded", nonce):
            raise CheckFailedError(f"Request {seq} ended as {status}, or with another result.")

    def _taken(self, seq: int, until: float) -> Any:
        """The outcome of this request. A check that was given up may have left one before it."""
        while (left := until - self._now()) > 0:
            method, path = DEQUEUE
            wait = min(WAIT_S, int(left) + 1)
            outcome = self._call(method, f"{path}?wait={wait}", token=self._token)
            if outcome is None:
                self._sleep(min(PAUSE_S, left))
            elif _member(outcome, "seq", int, DEQUEUE) == seq:
                return outcome
        raise CheckFailedError(f"Request {seq} was accepted and has no outcome in time.")


def _member[T](answer: Any, name: str, kind: type[T], call: tuple[str, str]) -> T:
    """Raises CheckFailedError if the answer to the call has no such member: it is not one of this API."""
    value = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(value, kind):
        raise CheckFailedError(f"{' '.join(call)} was answered without {name}.")
    return value


def _credentials(container: "Container") -> tuple[str, str]:
    """Username and password. Raises CheckFailedError, UnavailableError."""
    arn = container.settings.resource("CHECK_ACCOUNT_ARN")
    secret = container.adapters.application_secrets({ACCOUNT: arn})(ACCOUNT)
    try:
        known = json.loads(secret)
        return known["username"], known["password"]
    except (ValueError, KeyError, TypeError):
        raise CheckFailedError(NO_CREDENTIALS) from None  # whose cause would show the secret


def run(container: "Container", seconds: float, left_s: float) -> None:
    """Checks, and logs how it went: the metrics ChecksPassed, ChecksFailed and CheckMs are made of that.

    `left_s`: how much of the invocation is left, in seconds.
    """
    started = time.monotonic()
    check = Check(PublicApi(container.settings.resource("API_URL"), started + left_s - SPARE_S))
    try:
        check(*_credentials(container), seconds)
    except (CheckFailedError, NotAnsweredError, UnavailableError) as error:
        log_event("check failed", level=logging.WARNING, reason=str(error))
        check.leave()  # after the line, since what fails now may take all the time that is left
        return
    log_event("check passed", took_ms=round((time.monotonic() - started) * 1000))
