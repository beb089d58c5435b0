"""A small client of the HTTP API, for the demo, the tests and the benchmarks. Threads may share it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self, TypedDict

import urllib3

LONGEST_WAIT = 20  # seconds; the API allows no longer wait for an outcome
TIMEOUT = urllib3.Timeout(connect=5, read=LONGEST_WAIT + 10)


class RequestView(TypedDict):
    """A request as the API returns it. Times are ISO 8601 with milliseconds, so they sort as strings."""

    seq: int
    type: str
    status: str
    attempts: int
    enqueued_at: str
    started_at: str | None
    finished_at: str | None
    result: Any
    error: dict[str, str] | None
    position: int | None


@dataclass(frozen=True)
class Answer:
    """The response to one call."""

    status: int
    headers: Mapping[str, str]  # their names are not case-sensitive
    body: Any  # the JSON document, or None


class RefusedError(Exception):
    """The API answered with another status than 2xx."""

    def __init__(self, method: str, path: str, answer: Answer) -> None:
        super().__init__(f"{method} {path} was answered with {answer.status}: {answer.body}")
        self.answer = answer


class Api:
    """The API at one address. Closes its connections at the end of a `with` block."""

    def __init__(self, url: str, connections: int = 32, timeout: urllib3.Timeout = TIMEOUT) -> None:
        """`url` may have a path, for example the prefix of a stage."""
        self._pool = urllib3.connection_from_url(url, maxsize=connections, timeout=timeout, retries=False)
        self._prefix = urllib3.util.parse_url(url).path or ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.close()

    def call(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """The response, whatever its status is. A body is sent as JSON, unless it is bytes already."""
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        own = {"Content-Type": "application/json"} if data is not None else {}
        sent = {**own, **(headers or {})}
        response = self._pool.request(method, self._prefix + path, body=data, headers=sent)
        document = json.loads(response.data) if response.data else None
        return Answer(response.status, response.headers, document)

    def ask(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Any:
        """The JSON document of a successful response. Raises RefusedError for any other."""
        answer = self.call(method, path, body, headers)
        if not HTTPStatus(answer.status).is_success:
            raise RefusedError(method, path, answer)
        return answer.body

    def register(self, username: str, password: str) -> str:
        """The id of the new user. Raises RefusedError."""
        document = self.ask("POST", "/api/auth/register", {"username": username, "password": password})
        return str(document["user_id"])

    def sign_in(self, username: str, password: str) -> "Session":
        """A new session of the user. Raises RefusedError."""
        document = self.ask("POST", "/api/auth/login", {"username": username, "password": password})
        return Session(self, document["access_token"])


@dataclass(frozen=True)
class Session:
    """A signed-in user. Every method but `call` raises RefusedError."""

    api: Api
    access_token: str = field(repr=False)

    def call(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        return self.api.call(method, path, body, self._signed(headers))

    def ask(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Any:
        return self.api.ask(method, path, body, self._signed(headers))

    def enqueue(self, type_: str, payload: Any) -> RequestView:
        accepted: RequestView = self.ask("POST", "/api/queue/enqueue", {"type": type_, "payload": payload})
        return accepted

    def dequeue(self, wait: int = LONGEST_WAIT) -> RequestView | None:
        """The next outcome, or None if there is none within `wait` seconds."""
        taken: RequestView | None = self.ask("GET", f"/api/queue/dequeue?wait={wait}")
        return taken

    def request(self, seq: int, wait: int = 0) -> RequestView:
        found: RequestView = self.ask("GET", f"/api/queue/requests/{seq}?wait={wait}")
        return found

    def queue(self) -> dict[str, Any]:
        found: dict[str, Any] = self.ask("GET", "/api/queue")
        return found

    def sign_out(self) -> None:
        self.ask("POST", "/api/auth/logout")

    def _signed(self, headers: Mapping[str, str] | None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access_token}", **(headers or {})}
