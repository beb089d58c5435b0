"""Posts to one endpoint over connections of the standard library that stay open.

Of the ways around it, urllib3, which botocore uses, takes twice as much CPU time for a call.
"""

import http.client
import select
import ssl
import weakref
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple
from urllib.parse import urlsplit

MOST_IDLE = 10  # connections; botocore keeps as many


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
        connection.auto_open = 0
        connection.sock.settimeout(read_seconds)
        self._connection = connection
        self._poll = select.poll()
        self._poll.register(connection.sock, select.POLLIN)

    @property
    def is_open(self) -> bool:
        return self._connection.sock is not None

    def is_quiet(self) -> bool:
        """A connection between two calls has nothing to read, except its end."""
        return not self._poll.poll(0)

    def post(self, headers: Mapping[str, str], body: bytes) -> Answer:
        connection = self._connection
        connection.putrequest("POST", "/", skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(body)))
        try:
            connection.endheaders(body)
            response = connection.getresponse()
            content = response.read()
        except (http.client.RemoteDisconnected, http.client.IncompleteRead) as error:
            raise ClosedError from error
        except http.client.HTTPException as error:
            raise UnreadableError from error
        received = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, received, content)

    def close(self) -> None:
        self._connection.close()


def _close_all(lines: list[_Line]) -> None:
    while lines:
        lines.pop().close()


@cache
def _verifying(ca_file: str | None) -> ssl.SSLContext:
    """Shared by all endpoints: to read the authorities' certificates takes 10 ms of a cold start."""
    return ssl.create_default_context(cafile=ca_file)
