"""The service with callbacks: the real function over memory, and a real receiver on this machine."""

from __future__ import annotations

import json
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from chalicelib.adapters.memory.fifo import MemoryFifo
from chalicelib.adapters.memory.wake_ups import MemoryLease, MemoryWakeUps
from chalicelib.adapters.security.secret_keys import Keys
from chalicelib.webhooks.deliverer import Deliverer
from tests.answers.service import Service

if TYPE_CHECKING:
    from collections.abc import Callable

KEYS = Keys("1", {"1": "secret"})
MINUTE_MS = 60_000


class Push(NamedTuple):
    """One call that a receiver has got."""

    headers: dict[str, str]  # by lower-case names
    body: bytes
    status: int  # of its answer

    @property
    def outcome(self) -> Any:
        return json.loads(self.body)


class OutcomeReceiver:
    """Answers with the status that `answer` gives for the number of the call, beginning with 0."""

    def __init__(self, answer: Callable[[int], int] = lambda number: 200) -> None:
        self.pushes: list[Push] = []
        self.answer = answer
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver.answer(len(receiver.pushes))
                named = {name.lower(): value for name, value in self.headers.items()}
                receiver.pushes.append(Push(named, body, status))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"{self.origin}/outcomes"

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def accepted(self) -> list[Push]:
        return [push for push in self.pushes if push.status == HTTPStatus.OK]


class CallbackService(Service):
    """Callbacks are made, like everything else, only when a test says so."""

    def __init__(self, hosts: str) -> None:
        super().__init__({"CALLBACK_HOSTS": hosts})
        self.fifo = MemoryFifo(self.clock.now)
        adapters = self.adapters
        adapters.leases = lambda _, __: MemoryLease(self.fifo, self._receipt)
        adapters.callback_wake_ups = MemoryWakeUps(self.fifo)
        adapters.callback_deliverer = Deliverer(adapters.settings.callback_hosts, lambda: KEYS)

    def call_back(self, until_ms: int = 100 * MINUTE_MS) -> None:
        """The function and the sweeper do what they do, until nothing is owed or time is over."""
        end = self.clock.now() + until_ms
        while self.is_owed and self.clock.now() < end:
            while receipt := self.fifo.receive():
                self._receipt = receipt
                self._invoke(receipt.body)
            self.clock.advance(1_000)
            if self.clock.now() // 1_000 % 60 == 0:
                self.container.queueing.sweep()

    def _invoke(self, body: str) -> None:
        context: Any = SimpleNamespace(
            function_name="callbacks", aws_request_id="id", get_remaining_time_in_millis=lambda: MINUTE_MS
        )
        record = {
            "messageId": "message",
            "receiptHandle": "handle",
            "body": body,
            "attributes": {"ApproximateReceiveCount": str(self._receipt.number)},
        }
        if not self.functions.callbacks({"Records": [record]}, context)["batchItemFailures"]:
            self.fifo.delete(self._receipt)

    @property
    def is_owed(self) -> bool:
        return any(queue.callbacks.is_owed for queue in self.store.tables.queues.values())
