"""A client of the API at one address, without any state but its connections."""

import json
import math
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import urllib3
from urllib3.exceptions import HTTPError

NAME = "gurukool-checker"  # of the client, in the list of a user's sessions
CONNECT_S, ANSWER_S = 5.0, 30.0  # the gateway gives a call up after 29 s


class NotAnsweredError(Exception):
    """A call had no answer, or one that refuses it. The message is a sentence without any credential."""


class PublicApi:
    def __init__(self, url: str, until: float = math.inf, now: Callable[[], float] = time.monotonic) -> None:
        """`url` may have a path, such as that of a stage; it may end with a slash.

        No call waits for an answer after the moment `until`, by the clock `now`, both in seconds.
        """
        self._url = url.rstrip("/")
        self._until = until
        self._now = now
        self._pool = urllib3.PoolManager(retries=False)

    def __call__(self, method: str, path: str, body: object = None, *, token: str = "") -> Any:
        """The JSON document of the answer; None if it has none. Raises NotAnsweredError."""
        headers = {"User-Agent": NAME, **({"Authorization": f"Bearer {token}"} if token else {})}
        call = f"{method} {path.partition('?')[0]}"
        left = self._until - self._now()
        if left <= 0:
            raise NotAnsweredError(f"{call} was not made: no time was left for it.")
        timeout = urllib3.Timeout(connect=min(CONNECT_S, left), read=min(ANSWER_S, left))
        try:
            answer = self._pool.request(
                method, self._url + path, json=body, headers=headers, redirect=False, timeout=timeout
            )
            document = json.loads(answer.data) if answer.data else None
        except (HTTPError, ValueError) as error:
            raise NotAnsweredError(
                f"{call} had no answer that can be read: {type(error).__name__}."
            ) from error
        if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            code = document.get("code", "") if isinstance(document, dict) else ""
            raise NotAnsweredError(f"{call} was answered with {answer.status} {code}".rstrip() + ".")
        return document
