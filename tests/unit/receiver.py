"""A receiver of webhooks on this machine, which answers as it is told and notes what it was sent."""

import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from select import select
from threading import Thread
from typing import Self

type Answer = bytes | Callable[[socket.socket], None]

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def answer(status: int, body: bytes = b"", **headers: str) -> bytes:
    named = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} \r\nContent-Length: {len(body)}\r\n{named}\r\n".encode() + body


def dripping(start: bytes, drop: bytes) -> Answer:
    """`start`, and then a drop every 20 ms for 5 seconds, or until the other side hangs up."""

    def drip(connection: socket.socket) -> None:
        connection.sendall(start)
        for _ in range(250):
            if select([connection], [], [], 0.02)[0]:
                break
            connection.sendall(drop)

    return drip


class Receiver:
    def __init__(self, *answers: Answer, tls: ssl.SSLContext | None = None) -> None:
        """One answer for each connection, in that order."""
        self._answers = answers
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = Thread(target=self._serve)
        self.port: int = self._listener.getsockname()[1]
        self.requests: list[bytes] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    @property
    def headers(self) -> dict[str, str]:
        """Of the last request, by lower-case names."""
        lines = self.requests[-1].partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
        return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}

    @property
    def body(self) -> bytes:
        """Of the last request."""
        return self.requests[-1].partition(b"\r\n\r\n")[2]

    def _serve(self) -> None:
        for each in self._answers:
            with suppress(OSError):  # the other side may hang up at any time, and the test may be over
                connection, _ = self._listener.accept()
                with connection:
                    self._talk(connection, each)

    def _talk(self, connection: socket.socket, given: Answer) -> None:
        if self._tls:
            connection = self._tls.wrap_socket(connection, server_side=True)
        with connection:
            self.requests.append(_read(connection))
            if callable(given):
                given(connection)
            else:
                connection.sendall(given)


def _read(connection: socket.socket) -> bytes:
    with connection.makefile("rb") as stream:
        head, length = b"", 0
        while (line := stream.readline()) not in (b"\r\n", b""):
            head += line
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return head + b"\r\n" + stream.read(length)
