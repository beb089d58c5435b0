"""The HTTP API with which a function's process fetches invocations and returns results.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import queue
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

_PREFIX = "/2018-06-01/runtime/"


@dataclass(frozen=True)
class Invocation:
    """One call of a function."""

    request_id: str
    function_arn: str
    trace_id: str
    deadline_ms: int  # since the epoch
    payload: bytes


@dataclass(frozen=True)
class Ready:
    """The process has been initialised and waits for its first invocation."""


@dataclass(frozen=True)
class Returned:
    """The function has returned a result or, with `failed`, raised an error; `payload` is JSON."""

    payload: bytes
    failed: bool


class RuntimeApi:
    """Serves one process, on its own port.

    The server's threads call `on_ready` when the process asks for an invocation, and `on_returned` when it
    answers one.
    """

    def __init__(self, on_ready: Callable[[], None], on_returned: Callable[[Returned], None]) -> None:
        self.on_ready = on_ready
        self.on_returned = on_returned
        self.invocations: queue.SimpleQueue[Invocation | None] = queue.SimpleQueue()
        self._server = _Server(self)
        threading.Thread(target=self._server.serve, name="runtime-api", daemon=True).start()

    @property
    def address(self) -> str:
        host, port = self._server.server_address[:2]
        return f"{host!s}:{port}"

    def deliver(self, invocation: Invocation) -> None:
        """Hands the invocation to the process when it next asks for one."""
        self.invocations.put(invocation)

    def close(self) -> None:
        """Ends the server and all connections."""
        self.invocations.put(None)
        self._server.socket.shutdown(socket.SHUT_RDWR)  # ends the waiting accept()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, api: RuntimeApi) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.api = api

    def serve(self) -> None:
        """Serves until the socket is closed. Unlike serve_forever, it does not wake up twice a second."""
        with suppress(OSError):  # the socket has been closed
            while True:
                self.process_request(*self.get_request())

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Reports an error unless the process has ended, which is reported elsewhere."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # keeps the connection open
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body in one packet

    @property
    def api(self) -> RuntimeApi:
        return cast("_Server", self.server).api

    def do_GET(self) -> None:
        if self.path != f"{_PREFIX}invocation/next":
            self._answer(HTTPStatus.NOT_FOUND)
            return
        self.api.on_ready()
        if invocation := self.api.invocations.get():
            self._answer(HTTPStatus.OK, invocation.payload, _headers(invocation))
        else:
            self.close_connection = True

    def do_POST(self) -> None:
        payload = self.rfile.read(int(self.headers["Content-Length"]))
        kind = self.path.rpartition("/")[2]
        if not self.path.startswith(_PREFIX) or kind not in {"response", "error"}:
            self._answer(HTTPStatus.NOT_FOUND)
            return
        self.api.on_returned(Returned(payload, failed=kind == "error"))
        self._answer(HTTPStatus.ACCEPTED, b'{"status":"OK"}')

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the name in the standard library)
        """Does nothing, since a line for each call would flood LocalStack's log."""

    def _answer(self, status: HTTPStatus, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _headers(invocation: Invocation) -> dict[str, str]:
    return {
        "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
        "Lambda-Runtime-Invoked-Function-Arn": invocation.function_arn,
        "Lambda-Runtime-Trace-Id": invocation.trace_id,
        "Lambda-Runtime-Deadline-Ms": str(invocation.deadline_ms),
    }
