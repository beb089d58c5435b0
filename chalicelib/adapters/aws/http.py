"""Posts to one endpoint over HTTP/1.1 connections that stay open.

Connections are opened, and certificates verified, by the standard library. Its reader of answers is left out:
it takes half of the CPU time of a call, for headers that these services do not send.
"""

import http.client
import select
import ssl
import weakref
from collections.abc import Iterator, Mapping
from functools import cache
from typing import BinaryIO, NamedTuple
from urllib.parse import urlsplit

MOST_IDLE = 10  # connections; botocore keeps as many
LONGEST_LINE = 65_536


class Answer(NamedTuple):
    """Has the names that botocore uses."""

    status_code: int
    headers: Mapping[str, str]  # by names in lower case
    content: bytes


class ConnectTimeoutError(TimeoutError):
    """No connection was made in time: nothing was sent."""


class NoConnectionError(OSError):
    """No connection could be made: nothing was sent."""


class ClosedError(ConnectionError):
    """The connection was closed before the answer was complete."""


class UnreadableError(Exception):
    """The answer is not one that these services give."""


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
        """Raises OSError (TimeoutError, ClosedError, ssl.SSLError and others) and UnreadableError."""
        line = self._take() or self._open()
        try:
            answer = line.post(headers, body)
        except BaseException:
            line.close()
            raise
        if answer.headers.get("connection") == "close" or len(self._idle) >= MOST_IDLE:
            line.close()
        else:
            self._idle.append(line)
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
        return _Line(connection, self._read_seconds)


class _Line:
    """One connection."""

    def __init__(self, connection: http.client.HTTPConnection, read_seconds: float) -> None:
        self._connection = connection
        self._socket = connection.sock
        self._socket.settimeout(read_seconds)
        self._reader: BinaryIO = self._socket.makefile("rb")
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLIN)

    def is_quiet(self) -> bool:
        """A connection between two calls has nothing to read, except its end."""
        return not self._poll.poll(0)

    def post(self, headers: Mapping[str, str], body: bytes) -> Answer:
        fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"POST / HTTP/1.1\r\n{fields}Content-Length: {len(body)}\r\n\r\n"
        self._socket.sendall(head.encode("latin-1") + body)
        status = self._status()
        received = self._headers()
        return Answer(status, received, self._body(received))

    def close(self) -> None:
        self._reader.close()
        self._connection.close()

    def _status(self) -> int:
        line = self._line()
        try:
            return int(line.split(None, 2)[1])
        except (IndexError, ValueError) as error:
            raise UnreadableError("The answer has no status.") from error

    def _headers(self) -> dict[str, str]:
        found = dict[str, str]()
        while line := self._line().rstrip(b"\r\n"):
            name, _, value = line.partition(b":")
            found[name.decode("latin-1").lower()] = value.strip().decode("latin-1")
        return found

    def _body(self, headers: Mapping[str, str]) -> bytes:
        try:
            if headers.get("transfer-encoding") == "chunked":
                return b"".join(self._chunks())
            return self._read(int(headers["content-length"]))
        except (LookupError, ValueError) as error:
            raise UnreadableError("The answer does not say how long it is.") from error

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self._line().partition(b";")[0], 16):
            yield self._read(size)
            if self._line() != b"\r\n":
                raise ClosedError
        self._headers()  # "trailers", which may follow the last chunk

    def _read(self, size: int) -> bytes:
        content = self._reader.read(size)
        if len(content) < size:
            raise ClosedError
        return content

    def _line(self) -> bytes:
        line = self._reader.readline(LONGEST_LINE)
        if not line.endswith(b"\n"):
            raise ClosedError
        return line


def _close_all(lines: list[_Line]) -> None:
    while lines:
        lines.pop().close()


@cache
def _verifying(ca_file: str | None) -> ssl.SSLContext:
    """Shared by all endpoints: to read the authorities' certificates takes 10 ms of a cold start."""
    return ssl.create_default_context(cafile=ca_file)
