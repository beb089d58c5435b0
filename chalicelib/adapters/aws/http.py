"""Posts to one endpoint over connections that stay open.

The standard library opens them; a request is written, and its answer read, without it: http.client takes
three times as much CPU time for that, and urllib3, which botocore uses, six times as much.
"""

import http.client
import select
import socket
import ssl
import time
import weakref
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from urllib.parse import urlsplit

from chalicelib.adapters.aws.answers import Answer, Reader

MOST_IDLE = 10  # connections; botocore keeps as many


class ConnectTimeoutError(TimeoutError):
    """No connection was made in time: nothing was sent."""


class NoConnectionError(OSError):
    """No connection could be made: nothing was sent."""


class Channel:
    """All connections to one endpoint. Safe in several threads: each call has a connection to itself."""

    def __init__(self, url: str, connect_seconds: float, read_seconds: float, ca_file: str | None) -> None:
        """`ca_file`: certificates of authorities; None: those of the system."""
        parts = urlsplit(url)
        self.host = parts.netloc
        self._name, self._port = parts.hostname or "", parts.port
        self._is_secure = parts.scheme == "https"
        self._connect_seconds = connect_seconds
        self._read_seconds = read_seconds
        self._ca_file = ca_file
        self._idle: list[_Line] = []
        weakref.finalize(self, _close_all, self._idle)

    def post(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """Raises OSError (TimeoutError, ClosedError, ssl.SSLError and others), UnreadableError."""
        line = self._take() or self._open()
        try:
            answer = line.post(headers, body)
        except BaseException as error:
            line.close()
            if line.used_at and isinstance(error, OSError):
                self._drop_unused_since(line.used_at)
            raise
        if line.is_open and len(self._idle) < MOST_IDLE:
            self._idle.append(line)
        else:
            line.close()
        return answer

    def close(self) -> None:
        """Closes what is open. Later calls open new connections."""
        _close_all(self._idle)

    def _take(self) -> "_Line | None":
        """The connection that was used last, if its server has not closed it meanwhile."""
        while True:
            try:
                line = self._idle.pop()
            except IndexError:
                return None
            if line.is_quiet():
                return line
            line.close()

    def _drop_unused_since(self, moment: float) -> None:
        """Closes the connections that were not used after `moment`, since one that was used then has failed.

        Lambda freezes an environment between two calls. Connections may die meanwhile without a sign, and
        each of them would fail a try of its own. If the service is only slow, that costs handshakes.
        """
        for line in [line for line in self._idle if line.used_at <= moment]:
            with suppress(ValueError):  # another thread has taken it
                self._idle.remove(line)
                line.close()

    def _open(self) -> "_Line":
        timeout = self._connect_seconds
        connection = (
            http.client.HTTPSConnection(
                self._name, self._port, timeout=timeout, context=_verifying(self._ca_file)
            )
            if self._is_secure
            else http.client.HTTPConnection(self._name, self._port, timeout=timeout)
        )
        try:
            connection.connect()
        except TimeoutError as error:
            raise ConnectTimeoutError from error
        except ssl.SSLError:
            raise
        except OSError as error:
            raise NoConnectionError(str(error)) from error
        return _Line(connection.sock, self._read_seconds)


class _Line:
    """One connection."""

    def __init__(self, connection: socket.socket, read_seconds: float) -> None:
        connection.settimeout(read_seconds)
        self.is_open = True
        self.used_at = 0.0  # when its last answer was read, on the monotonic clock; 0: it has had none
        self._connection = connection
        self._reader = Reader(connection)
        self._poll = select.poll()
        self._poll.register(connection, select.POLLIN)

    def is_quiet(self) -> bool:
        """A connection between two calls has nothing to read, except its end."""
        return not self._poll.poll(0)

    def post(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """Head and body are sent at once: they take one system call, and one packet if they are small."""
        fields = {**headers, "Content-Length": str(len(body))}
        head = "".join([f"{name}: {value}\r\n" for name, value in fields.items()]).encode("latin-1")
        if not head.count(b"\r") == head.count(b"\n") == len(fields):
            raise ValueError("A header field has the end of a line in it.")
        self._connection.sendall(b"POST / HTTP/1.1\r\n%b\r\n%b" % (head, body))
        answer, is_persistent = self._reader.answer()
        self.is_open = is_persistent and not self._reader.is_ahead
        self.used_at = time.monotonic()
        return answer

    def close(self) -> None:
        self._connection.close()


def _close_all(lines: list[_Line]) -> None:
    while lines:
        lines.pop().close()


@cache
def _verifying(ca_file: str | None) -> ssl.SSLContext:
    """Shared by all endpoints: to read the authorities' certificates takes 10 ms of a cold start."""
    return ssl.create_default_context(cafile=ca_file)
