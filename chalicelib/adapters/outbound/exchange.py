"""One HTTP/1.1 request and its answer, over a connection that is there already."""

from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPMessage, HTTPResponse
from typing import Any, cast

from chalicelib.adapters.outbound.wire import Wire

BODY_LIMIT = 16 * 1024  # bytes of an answer's body that are kept


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


def exchange(wire: Wire, message: Message) -> Answer:
    """Raises OSError and HTTPException if no answer came; once its headers are there, nothing."""
    connection = HTTPConnection("unused")  # it is connected, and Host is among the headers
    connection.sock = cast("Any", wire)
    connection.putrequest(message.method, message.resource, skip_host=True, skip_accept_encoding=True)
    for name, value in message.headers.items():
        connection.putheader(name, value)
    connection.endheaders(message.body)
    with connection.getresponse() as response:
        body, truncated = _read(response)
        return Answer(response.status, response.headers, body, truncated)


def _read(response: HTTPResponse) -> tuple[bytes, bool]:
    """As much of the body as comes, and whether some is missing: the status counts all the same."""
    body = b""
    try:
        while len(body) <= BODY_LIMIT and (piece := response.read1(BODY_LIMIT + 1 - len(body))):
            body += piece
    except (OSError, HTTPException):
        return body[:BODY_LIMIT], True
    return body[:BODY_LIMIT], len(body) > BODY_LIMIT or bool(response.length)
