"""Reads HTTP/1.1 responses from a connection.

The parser is httptools (that of Node.js). http.client, whose parser is that of e-mail, took a quarter of the
CPU time of a call. https://www.rfc-editor.org/rfc/rfc9112
"""

import socket
from collections import deque
from collections.abc import Mapping
from http import HTTPStatus
from typing import NamedTuple

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

CHUNK = 65_536
LONGEST_HEAD = 65_536  # bytes; http.client reads as many of a single line


class ClosedError(ConnectionError):
    """The connection was closed before the answer was complete."""


class UnreadableError(Exception):
    """The answer is not one that these services give."""


class Answer(NamedTuple):
    """Has the names that botocore uses."""

    status_code: int
    headers: Mapping[str, str]  # by names in lower case
    content: bytes


class Reader:
    """Reads one answer after another."""

    def __init__(self, source: socket.socket) -> None:
        self._source = source
        self._received = _Received()

    @property
    def is_ahead(self) -> bool:
        """Whether more was received than what was asked for: nothing on this connection can be trusted."""
        return self._received.has_more

    def answer(self) -> tuple[Answer, bool]:
        """The next answer, and whether the connection stays open after it.

        Raises OSError, ClosedError or UnreadableError.
        """
        while not self._received.answers:
            if not (data := self._source.recv(CHUNK)):
                raise ClosedError
            self._received.add(data)
        return self._received.answers.popleft()


class _Received:
    """What was received. The parser calls the methods `on_…`."""

    def __init__(self) -> None:
        self.answers: deque[tuple[Answer, bool]] = deque()
        self._parser = HttpResponseParser(self)
        self._headers: dict[str, str] = {}
        self._content: list[bytes] = []
        self._is_begun = False
        self._is_in_head = True
        self._head_bytes = 0
        self._is_broken = False

    @property
    def has_more(self) -> bool:
        """Whether there is more than the answers that were taken out."""
        return bool(self.answers) or self._is_begun or self._is_broken

    def add(self, data: bytes) -> None:
        """Raises UnreadableError."""
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            self._is_broken = True
            if not self.answers:
                raise UnreadableError(str(error)) from error
        if self._is_in_head:
            self._head_bytes += len(data)
            if self._head_bytes > LONGEST_HEAD:
                raise UnreadableError("The head of the response is too long.")

    def on_message_begin(self) -> None:
        self._headers, self._content = {}, []
        self._is_begun = self._is_in_head = True
        self._head_bytes = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._is_in_head:  # trailers say nothing that is used
            self._headers[name.decode("latin-1").lower()] = value.decode("latin-1").strip()

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        if self._headers.get("transfer-encoding", "chunked").lower() != "chunked":
            raise UnreadableError("The transfer encoding of the response is not known.")
        has_length = self._headers.keys() & {"content-length", "transfer-encoding"}
        if not has_length and self._parser.get_status_code() >= HTTPStatus.OK:
            raise UnreadableError("The length of the response is not known.")

    def on_body(self, body: bytes) -> None:
        self._content.append(body)

    def on_message_complete(self) -> None:
        self._is_begun = False
        status = self._parser.get_status_code()
        if status >= HTTPStatus.OK:
            answer = Answer(status, self._headers, b"".join(self._content))
            self.answers.append((answer, self._parser.should_keep_alive()))
