"""A request and an answer of HTTP/1.1."""

import email.utils
import functools
import time
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus

type Fields = list[tuple[str, str]]

_NO_BODY = (204, 304)


@dataclass(slots=True)
class Request:
    """A request, as its client has sent it; the body is complete and without its transfer coding."""

    method: str
    target: str  # as sent, with percent-encoding and query
    version: str  # "HTTP/1.1"
    fields: Fields  # the headers, in their order and case
    body: bytes
    peer: tuple[str, int]

    def header(self, name: str) -> str:
        """The first header with this name, in lower case; empty if there is none."""
        return next((value for given, value in self.fields if given.lower() == name), "")

    @property
    def keeps_alive(self) -> bool:
        """Whether the client may send another request on this connection."""
        return self.version == "HTTP/1.1" and "close" not in self.header("connection").lower()


@dataclass(slots=True)
class Answer:
    """An answer. Its Content-Length, Connection and Date are added when it is sent."""

    status: int
    fields: Iterable[tuple[str, str]]
    body: bytes = b""


class RefusedError(Exception):
    """The request cannot be read, so the connection ends after the answer with this status."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status

    def answer(self) -> Answer:
        body = f'{{"message": "{self.status.phrase}"}}'.encode()
        return Answer(self.status, [("Content-Type", "application/json")], body)


def serialize(answer: Answer, *, head_only: bool, keep_alive: bool) -> bytes:
    """The bytes of the answer; with `head_only` those of an answer to HEAD."""
    lines = [f"HTTP/1.1 {answer.status} {_phrase(answer.status)}", f"Date: {_date(int(time.time()))}"]
    lines += [f"{name}: {value}" for name, value in answer.fields]
    has_body = answer.status >= HTTPStatus.OK and answer.status not in _NO_BODY
    if has_body:
        lines.append(f"Content-Length: {len(answer.body)}")
    lines.append("Connection: keep-alive\r\n\r\n" if keep_alive else "Connection: close\r\n\r\n")
    head = "\r\n".join(lines).encode("latin-1", "replace")
    return head + answer.body if has_body and not head_only else head


@functools.lru_cache
def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


@functools.lru_cache(2)
def _date(second: int) -> str:
    return email.utils.formatdate(second, usegmt=True)
