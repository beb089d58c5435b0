"""Send one HTTP request with urllib3 to an address that was checked before, and read the answer.

urllib3's connections are used directly: they follow no redirect, repeat nothing, ignore the proxies that the
environment names, and resolve no name, because they are given an IP address. Imported by the first delivery.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException
from ssl import SSLContext

from urllib3 import BaseHTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from chalicelib.webhooks.deadline import Deadline
from chalicelib.webhooks.final_response import FinalResponse
from chalicelib.webhooks.urls import Origin

CONNECT_S = 3.0  # for the connection to one address, and again for its TLS handshake
MAX_ADDRESSES = 3  # of one host that are tried
BODY_LIMIT = 16 * 1024  # bytes of an answer's body that are kept, unless the caller says otherwise
MAX_PIECES = 256  # reads for it: an answer of tiny chunks is mostly framing


@dataclass(frozen=True, slots=True)
class Message:
    """A request. urllib3 adds `Content-Length`; every other header is among `headers`."""

    method: str
    resource: str  # path and query
    headers: Mapping[str, str]
    body: bytes  # empty: none


@dataclass(frozen=True, slots=True)
class Answer:
    """A receiver's final answer, or as much of it as came in time."""

    status: int
    headers: Mapping[str, str]  # names in any case
    body: bytes  # its beginning
    truncated: bool  # whether some of headers or body is missing


@dataclass(frozen=True, slots=True)
class Transport:
    """Where a message goes: the server, and the addresses of it that may be connected to."""

    origin: Origin
    addresses: Sequence[str]
    trust: Callable[[], SSLContext]  # called for https alone

    def send(self, message: Message, deadline: Deadline, body_limit: int = BODY_LIMIT) -> Answer:
        """The answer to the message, from the first address that accepts a connection.

        Once the status of a success has arrived, nothing is raised, whatever follows. Until then raises
        OSError, in particular TimeoutError and ssl.SSLError.
        """
        with _os_errors(deadline), self._connected(deadline) as connection:
            connection.timeout = deadline.left()
            connection.response_class = FinalResponse
            with deadline.enforced_on(connection.sock):
                return _exchange(connection, message, deadline, body_limit)

    @contextmanager
    def _connected(self, deadline: Deadline) -> Iterator[HTTPConnection]:
        connection = self._connect(deadline)
        try:
            yield connection
        finally:
            connection.close()

    def _connect(self, deadline: Deadline) -> HTTPConnection:
        *others, last = self.addresses[:MAX_ADDRESSES]
        for address in others:
            with suppress(ConnectTimeoutError, NewConnectionError):
                return self._connect_to(address, deadline)
        return self._connect_to(last, deadline)

    def _connect_to(self, address: str, deadline: Deadline) -> HTTPConnection:
        connection = self._connection(address, deadline.left(CONNECT_S))
        try:
            connection.connect()
        except BaseException:
            connection.close()
            raise
        return connection

    def _connection(self, address: str, timeout: float) -> HTTPConnection:
        """The certificate must be for the host's name, although the connection is made to its address.

        OpenSSL compares them; with urllib3's own `assert_hostname` it would not.
        """
        port = self.origin.port
        if self.origin.scheme == "http":
            return HTTPConnection(address, port, timeout=timeout)
        return HTTPSConnection(
            address, port, timeout=timeout, ssl_context=self.trust(), server_hostname=self.origin.host
        )


@contextmanager
def _os_errors(deadline: Deadline) -> Iterator[None]:
    """One family of errors instead of three; TimeoutError for all that happens after the deadline."""
    try:
        yield
    except (OSError, HTTPException, HTTPError) as error:
        refused = isinstance(error, NewConnectionError)  # which urllib3 counts among the time-outs
        if deadline.passed or (isinstance(error, ConnectTimeoutError) and not refused):
            raise TimeoutError(str(error)) from error
        if isinstance(error, OSError):
            raise
        raise ConnectionError(f"{type(error).__name__}: {error}") from error


def _exchange(connection: HTTPConnection, message: Message, deadline: Deadline, body_limit: int) -> Answer:
    connection.request(
        message.method,
        message.resource,
        message.body or None,
        message.headers,
        preload_content=False,
        decode_content=False,
    )
    with connection.getresponse() as response:
        success = HTTPStatus.OK <= response.status < HTTPStatus.MULTIPLE_CHOICES
        if deadline.passed and not success:
            raise TimeoutError("the headers did not arrive in time")
        body, truncated = _read(response, body_limit)
        return Answer(response.status, response.headers, body, truncated or deadline.passed)


def _read(response: BaseHTTPResponse, limit: int) -> tuple[bytes, bool]:
    """The beginning of the body, and whether some of the body is missing."""
    body = b""
    with suppress(HTTPError):
        for _ in range(MAX_PIECES):
            piece = response.read1(limit + 1 - len(body))
            if not piece:
                return body, False
            body += piece
            if len(body) > limit:
                break
    return body[:limit], True
