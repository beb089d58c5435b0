"""The HTTP API with which a function's process fetches invocations and returns results.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import json
import queue
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from gurukool_localstack.http1.connection import Limits
from gurukool_localstack.http1.messages import Answer, Request
from gurukool_localstack.http1.server import Server

# The function's process is trusted; its next call may be hours away.
_LIMITS = Limits(head_bytes=2**20, body_bytes=2**26, idle_seconds=None)
# 6 MB and 100 bytes: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MOST_BYTES = 6_291_556
_JSON = ("Content-Type", "application/json")
_PREFIX = "/2018-06-01/runtime/"
_NEXT = f"{_PREFIX}invocation/next"
_OF_BROWSERS = ("origin", "sec-fetch-site")  # headers that pages cannot leave out, and programs do not send
_UNKNOWN = b'{"errorMessage": "Invalid request ID", "errorType": "InvalidRequestID"}'


@dataclass(frozen=True)
class Invocation:
    """One call of a function."""

    request_id: str
    function_arn: str
    trace_id: str
    deadline_ms: int  # since the epoch
    payload: bytes
    client_context: str | None  # JSON


@dataclass(frozen=True)
class Ready:
    """The process has been initialised and waits for its first invocation."""


@dataclass(frozen=True)
class Returned:
    """The function has returned a result or, with `failed`, raised an error; `payload` is JSON."""

    payload: bytes
    failed: bool
    is_refused: bool = False  # the result was too large; the process does not survive that


_TOO_LARGE = Returned(
    json.dumps(
        {
            "errorMessage": "Response payload size exceeded maximum allowed payload size "
            f"({MOST_BYTES} bytes).",
            "errorType": "Function.ResponseSizeTooLarge",
        }
    ).encode(),
    failed=True,
    is_refused=True,
)


class RuntimeApi:
    """Serves one process, on its own port.

    Requests of web pages are refused, and so are results of an invocation that the process does not have.

    The server's threads call `on_ready` when the process asks for an invocation, and `on_returned` when it
    answers one.
    """

    def __init__(self, on_ready: Callable[[], None], on_returned: Callable[[Returned], None]) -> None:
        self._on_ready = on_ready
        self._on_returned = on_returned
        self._awaited = f"{_PREFIX}init"  # where the next result belongs: to the start or to an invocation
        self._invocations: queue.SimpleQueue[Invocation | None] = queue.SimpleQueue()
        self._server = Server("127.0.0.1", 0, self._answer, _LIMITS)
        self.address = self._server.address
        self._server.start("runtime-api")

    def deliver(self, invocation: Invocation) -> None:
        """Hands the invocation to the process when it next asks for one."""
        self._invocations.put(invocation)

    def close(self) -> None:
        """Ends the server and all connections."""
        self._invocations.put(None)
        self._server.close()

    def _answer(self, request: Request) -> Answer | None:
        if self._is_foreign(request):
            return Answer(HTTPStatus.FORBIDDEN, [_JSON])
        if (request.method, request.target) == ("GET", _NEXT):
            return self._next()
        source, _, kind = request.target.rpartition("/")
        if request.method == "POST" and source.startswith(_PREFIX) and kind in {"response", "error"}:
            return self._take(source, Returned(request.body, failed=kind == "error"))
        return Answer(HTTPStatus.NOT_FOUND, [_JSON])

    def _is_foreign(self, request: Request) -> bool:
        """Whether a web page has sent the request, or somebody who calls this machine by another name."""
        for name, value in request.fields:
            known = name.lower()
            if known in _OF_BROWSERS or (known == "host" and value != self.address):
                return True
        return False

    def _take(self, source: str, result: Returned) -> Answer:
        if source != self._awaited:
            return Answer(HTTPStatus.BAD_REQUEST, [_JSON], _UNKNOWN)
        self._awaited = ""
        if len(result.payload) > MOST_BYTES:
            self._on_returned(_TOO_LARGE)
            return Answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, [_JSON], b"{}")
        self._on_returned(result)
        return Answer(HTTPStatus.ACCEPTED, [_JSON], b'{"status":"OK"}')

    def _next(self) -> Answer | None:
        self._on_ready()
        if invocation := self._invocations.get():
            self._awaited = f"{_PREFIX}invocation/{invocation.request_id}"
            return Answer(HTTPStatus.OK, _headers(invocation), invocation.payload)
        return None


def _headers(invocation: Invocation) -> list[tuple[str, str]]:
    context = invocation.client_context
    return [
        _JSON,
        *([("Lambda-Runtime-Client-Context", context)] if context else []),
        ("Lambda-Runtime-Aws-Request-Id", invocation.request_id),
        ("Lambda-Runtime-Invoked-Function-Arn", invocation.function_arn),
        ("Lambda-Runtime-Trace-Id", invocation.trace_id),
        ("Lambda-Runtime-Deadline-Ms", str(invocation.deadline_ms)),
    ]
