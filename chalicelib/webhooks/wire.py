"""A connection on which nothing takes longer than its deadline, however slowly the other side goes."""

import io
import socket
import time
from collections.abc import Buffer, Sequence
from ssl import SSLContext

CONNECT_S = 3.0
MOST_ADDRESSES = 3  # of one host that are tried
WRITE_SIZE = 16 * 1024
READ_LIMIT = 256 * 1024  # bytes of an answer that are taken from the network, headers and framing included


class Deadline:
    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def left(self, at_most: float = float("inf")) -> float:
        """Seconds. Raises TimeoutError if there are none."""
        left = self._at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return min(left, at_most)


def connect(addresses: Sequence[str], port: int, deadline: Deadline) -> socket.socket:
    """To the first address that answers. Raises OSError."""
    *others, last = addresses[:MOST_ADDRESSES]
    for address in others:
        try:
            return _connect(address, port, deadline)
        except OSError:
            continue  # the last one decides
    return _connect(last, port, deadline)


def _connect(address: str, port: int, deadline: Deadline) -> socket.socket:
    return socket.create_connection((address, port), timeout=deadline.left(CONNECT_S))


def secure(plain: socket.socket, host: str, context: SSLContext, deadline: Deadline) -> socket.socket:
    """TLS over the connection, with a certificate for `host`. Raises OSError."""
    plain.settimeout(deadline.left())
    return context.wrap_socket(plain, server_hostname=host)


class Wire:
    """What http.client needs of a socket."""

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._connection = connection
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        """In pieces: TLS counts its time-out anew for each of them."""
        for start in range(0, len(data), WRITE_SIZE):
            self._connection.settimeout(self._deadline.left())
            self._connection.sendall(data[start : start + WRITE_SIZE])

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Incoming(self._connection, self._deadline))

    def close(self) -> None:
        """Nothing: http.client closes before it reads the body of the last answer. The owner closes."""


class _Incoming(io.RawIOBase):
    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._connection = connection
        self._deadline = deadline
        self._room = READ_LIMIT

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        if self._room <= 0:
            raise OSError("the answer is too long")
        self._connection.settimeout(self._deadline.left())
        count = self._connection.recv_into(buffer)
        self._room -= count
        return count
