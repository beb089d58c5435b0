"""Reads HTTP/1.1 responses from a connection.

http.client parses the header fields of a response as those of an e-mail, which was a quarter of the CPU time
of a call. The parser httptools swallows what is raised in its callbacks, such as the time limit of a handler,
which a signal raises wherever its thread is; and its import takes 2 % of a cold start.
https://www.rfc-editor.org/rfc/rfc9112
"""

import socket
from collections.abc import Mapping
from string import hexdigits
from typing import NamedTuple

CHUNK = 65_536
LONGEST_HEAD = 65_536  # bytes; http.client reads as many of a single line
CONTINUE = 100
SWITCHING_PROTOCOLS = 101
LAST_INTERIM = 199  # no status up to this one is the answer


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
    """Reads one answer after another. Each method raises OSError, ClosedError or UnreadableError."""

    def __init__(self, source: socket.socket) -> None:
        self._source = source
        self._received = b""  # and not read yet

    @property
    def is_ahead(self) -> bool:
        """Whether more was received than what was asked for: nothing on this connection can be trusted."""
        return bool(self._received)

    def answer(self) -> tuple[Answer, bool]:
        """The next answer, and whether the connection stays open after it."""
        status, is_persistent, headers = self._head()
        while CONTINUE <= status <= LAST_INTERIM:
            if status == SWITCHING_PROTOCOLS:
                raise UnreadableError("The protocol was changed, which nobody has asked for.")
            status, is_persistent, headers = self._head()
        content = self._content(headers)
        options = headers.get("connection", "").lower()
        return Answer(status, headers, content), is_persistent and "close" not in options

    def _head(self) -> tuple[int, bool, dict[str, str]]:
        """The status, whether the protocol keeps connections open, and the header fields."""
        first, *lines = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        version, _, rest = first.partition(" ")
        status = rest[:3]
        if not version.startswith("HTTP/1.") or not (status.isascii() and status.isdigit()):
            raise UnreadableError("This is no response of HTTP/1.")
        fields = [line.partition(":") for line in lines]
        return int(status), version != "HTTP/1.0", {name.lower(): value.strip() for name, _, value in fields}

    def _content(self, headers: Mapping[str, str]) -> bytes:
        if "transfer-encoding" in headers:
            if headers["transfer-encoding"].lower() != "chunked":
                raise UnreadableError("The transfer encoding of the response is not known.")
            if "content-length" in headers:
                raise UnreadableError("The response has two lengths.")
            return self._chunked()
        return self._exactly(_whole(headers.get("content-length", ""), 10))

    def _chunked(self) -> bytes:
        chunks = list[bytes]()
        while size := _whole(self._until(b"\r\n").partition(b";")[0].decode("latin-1").strip(), 16):
            chunks.append(self._exactly(size))
            self._until(b"\r\n")
        while self._until(b"\r\n"):
            """Trailers say nothing that is used."""
        return b"".join(chunks)

    def _until(self, mark: bytes) -> bytes:
        """What comes before the mark, which is read too."""
        while (at := self._received.find(mark)) < 0:
            if len(self._received) > LONGEST_HEAD:
                raise UnreadableError("The head of the response is too long.")
            self._received += self._more()
        found, self._received = self._received[:at], self._received[at + len(mark) :]
        return found

    def _exactly(self, count: int) -> bytes:
        parts, missing = [self._received[:count]], count - len(self._received)
        self._received = self._received[count:]
        while missing > 0:
            parts.append(self._more(min(missing, CHUNK)))
            missing -= len(parts[-1])
        return b"".join(parts)

    def _more(self, most: int = CHUNK) -> bytes:
        received = self._source.recv(most)
        if not received:
            raise ClosedError
        return received


def _whole(text: str, base: int) -> int:
    """A number of bytes. `int` alone would also take signs, spaces and underscores."""
    if text and not text.strip(hexdigits):
        try:
            return int(text, base)
        except ValueError:
            """It has letters, and may have none."""
    raise UnreadableError("The length of the response is not known.")
