"""A server that gives the answers it was made with, one after another, and notes what it was asked."""

import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import BinaryIO

HANG_UP = b""  # instead of an answer


def answer(body: bytes, status: str = "200 OK", **headers: str) -> bytes:
    """The names of headers with _ for -."""
    fields = {"Content-Length": str(len(body))} | {name.replace("_", "-"): v for name, v in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


class CannedServer:
    """Serves one connection after another; it closes one after an answer with `Connection: close`."""

    def __init__(self, answers: Sequence[bytes], tls: ssl.SSLContext | None = None) -> None:
        """The last answer is repeated."""
        self._tls = tls
        self.answers = list(answers)
        self.requests: list[tuple[dict[str, str], bytes]] = []  # headers by names in lower case, and bodies
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._listener.getsockname()[1]}"
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def hang_up(self) -> None:
        """Closes what is open."""
        while self._open:
            with suppress(OSError):  # the client was first
                self._open.pop().shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.hang_up()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            if self._tls:
                try:
                    connection = self._tls.wrap_socket(connection, server_side=True)
                except OSError:  # the client does not trust us
                    connection.close()
                    continue
            self._open.append(connection)
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as reader:
            while request := _read(reader):
                self.requests.append(request)
                given = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
                connection.sendall(given)
                if given == HANG_UP or b"Connection: close" in given:
                    return


def _read(reader: BinaryIO) -> tuple[dict[str, str], bytes] | None:
    """None at the end of the connection."""
    try:
        if not reader.readline():
            return None
        headers = dict[str, str]()
        while line := reader.readline().decode().strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        return headers, reader.read(int(headers.get("content-length", "0")))
    except OSError:
        return None


@contextmanager
def serving(*answers: bytes, tls: ssl.SSLContext | None = None) -> Iterator[CannedServer]:
    server = CannedServer(answers, tls)
    try:
        yield server
    finally:
        server.close()
