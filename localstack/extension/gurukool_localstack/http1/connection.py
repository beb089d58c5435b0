"""Reads the requests of one connection. https://www.rfc-editor.org/rfc/rfc9112"""

import re
import socket
from dataclasses import dataclass
from http import HTTPStatus

from gurukool_localstack.http1.messages import RefusedError, Request

_CHUNK = 65536
_REQUEST_LINE = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+) (/[^ \x00-\x1f]*) (HTTP/1\.[01])")
_FIELD = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00\n\r]*?)[ \t]*")
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_LONGEST_CHUNK_LINE = 1024
_WITH_NAMES = 4  # a head with its headers' names is at most so many times as long as without
_FRAMING = ("content-length", "transfer-encoding", "expect", "host")


@dataclass(frozen=True)
class Limits:
    """What a client may send."""

    head_bytes: int  # the request line and the values of the headers, as API Gateway counts
    body_bytes: int
    idle_seconds: float | None  # between two pieces that it sends, and until it takes a piece of an answer


class Connection:
    """The requests that one client sends, one after the other.

    All methods raise ConnectionError or TimeoutError when the client has gone away, and RefusedError.
    """

    def __init__(self, client: socket.socket, limits: Limits) -> None:
        client.settimeout(limits.idle_seconds)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client = client
        self._limits = limits
        self._buffer = b""
        self._peer: tuple[str, int] = client.getpeername()[:2]

    def receive(self) -> Request | None:
        """The next request; None if the client has sent its last one."""
        self._buffer = self._buffer.lstrip(b"\r\n")  # some clients end a body with it
        if not self._buffer and not self._fill():
            return None
        line, *rest = self._head().split("\r\n")
        if not (parts := _REQUEST_LINE.fullmatch(line)):
            raise RefusedError(HTTPStatus.BAD_REQUEST)
        method, target, version = parts.groups()
        request = Request(method, target, version, [_field(text) for text in rest], b"", self._peer)
        if len(line) + sum(len(value) for _, value in request.fields) > self._limits.head_bytes:
            raise RefusedError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        request.body = self._body(request)
        return request

    def send(self, data: bytes) -> None:
        self._client.sendall(data)

    def _head(self) -> str:
        searched = 0
        while (end := self._buffer.find(b"\r\n\r\n", max(0, searched - 3))) < 0:
            searched = len(self._buffer)
            if searched > self._limits.head_bytes * _WITH_NAMES:
                raise RefusedError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            self._buffer += self._piece()
        head, self._buffer = self._buffer[:end], self._buffer[end + 4 :]
        return head.decode("latin-1")

    def _body(self, request: Request) -> bytes:
        framing = [(n.lower(), v) for n, v in request.fields if n.lower() in _FRAMING]
        if not framing:
            return b""
        lengths = {value for name, value in framing if name == "content-length"}
        codings = [value.lower() for name, value in framing if name == "transfer-encoding"]
        if sum(name == "host" for name, _ in framing) > 1 or (codings and lengths) or len(lengths) > 1:
            raise RefusedError(HTTPStatus.BAD_REQUEST)
        if not codings and not lengths:
            return b""
        if ("expect", "100-continue") in framing and not self._buffer:
            self.send(_CONTINUE)
        return self._chunked(codings) if codings else self._exactly(_length(*lengths))

    def _exactly(self, length: int) -> bytes:
        if length > self._limits.body_bytes:
            raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        pieces, missing = [self._buffer], length - len(self._buffer)
        while missing > 0:
            pieces.append(self._piece())
            missing -= len(pieces[-1])
        whole = b"".join(pieces)
        self._buffer = whole[length:]
        return whole[:length]

    def _chunked(self, codings: list[str]) -> bytes:
        if codings != ["chunked"]:
            raise RefusedError(HTTPStatus.NOT_IMPLEMENTED)
        chunks, total = [], 0
        while size := self._chunk_size():
            total += size
            if total > self._limits.body_bytes:
                raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            chunks.append(self._exactly(size))
            if self._line():
                raise RefusedError(HTTPStatus.BAD_REQUEST)
        while self._line():
            pass  # trailers say nothing that matters here
        return b"".join(chunks)

    def _chunk_size(self) -> int:
        text = self._line().partition(b";")[0].strip()
        if not re.fullmatch(rb"[0-9A-Fa-f]{1,8}", text):
            raise RefusedError(HTTPStatus.BAD_REQUEST)
        return int(text, 16)

    def _line(self) -> bytes:
        while (end := self._buffer.find(b"\r\n")) < 0:
            if len(self._buffer) > _LONGEST_CHUNK_LINE:
                raise RefusedError(HTTPStatus.BAD_REQUEST)
            self._buffer += self._piece()
        line, self._buffer = self._buffer[:end], self._buffer[end + 2 :]
        return line

    def _fill(self) -> bool:
        self._buffer += self._client.recv(_CHUNK)
        return bool(self._buffer)

    def _piece(self) -> bytes:
        if piece := self._client.recv(_CHUNK):
            return piece
        raise ConnectionAbortedError("The client went away in the middle of a request.")


def _field(line: str) -> tuple[str, str]:
    if not (parts := _FIELD.fullmatch(line)):
        raise RefusedError(HTTPStatus.BAD_REQUEST)
    return parts[1], parts[2]


def _length(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20):  # noqa: PLR2004
        raise RefusedError(HTTPStatus.BAD_REQUEST)
    return int(text)
