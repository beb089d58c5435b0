"""One HTTP/1.1 request and its answer, over a connection that is there already."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPMessage, HTTPResponse, parse_headers
from typing import Any, cast

from chalicelib.webhooks.wire import Wire

BODY_LIMIT = 16 * 1024  # bytes of an answer's body that are kept
MOST_INTERIM = 10  # interim answers (1xx) that may come before the final one


@dataclass(frozen=True, slots=True)
class Message:
    method: str
    resource: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: HTTPMessage
    body: bytes
    truncated: bool


class _FinalResponse(HTTPResponse):
    """The final answer: interim ones are read over, and headers that cannot be read do not undo a success."""

    headers_lost = False

    def begin(self) -> None:
        try:
            super().begin()
        except (OSError, HTTPException):
            if self.status not in range(HTTPStatus.OK, HTTPStatus.MULTIPLE_CHOICES):
                raise
            self.headers_lost = True
            self.headers = self.msg = HTTPMessage()
            self.chunked, self.length, self.will_close = False, 0, True

    def _read_status(self) -> tuple[str, int, str]:
        """http.client skips 100 alone; 102 and 103 come before the final answer too (RFC 9110, section 15.2).

        101 is final: the connection would go on in another protocol.
        """
        for _ in range(MOST_INTERIM):
            version, status, reason = super()._read_status()  # type: ignore[misc]  # not in typeshed
            if not HTTPStatus.SWITCHING_PROTOCOLS < status < HTTPStatus.OK:
                return version, status, reason
            parse_headers(self.fp)
        raise HTTPException("too many interim answers")


def exchange(wire: Wire, message: Message) -> Answer:
    """Raises OSError and HTTPException if no answer came; once the status of a success is there, nothing."""
    connection = HTTPConnection("unused")  # it is connected, and Host is among the headers
    connection.response_class = _FinalResponse
    connection.sock = cast("Any", wire)
    connection.putrequest(message.method, message.resource, skip_host=True, skip_accept_encoding=True)
    for name, value in message.headers.items():
        connection.putheader(name, value)
    connection.endheaders(message.body)
    with cast("_FinalResponse", connection.getresponse()) as response:
        body, truncated = _read(response)
        return Answer(response.status, response.headers, body, truncated or response.headers_lost)


def _read(response: HTTPResponse) -> tuple[bytes, bool]:
    """As much of the body as comes, and whether some is missing: the status counts all the same."""
    body = b""
    try:
        while len(body) <= BODY_LIMIT and (piece := response.read1(BODY_LIMIT + 1 - len(body))):
            body += piece
    except (OSError, HTTPException):
        return body[:BODY_LIMIT], True
    return body[:BODY_LIMIT], len(body) > BODY_LIMIT or bool(response.length)
