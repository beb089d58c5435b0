"""Reading responses of HTTP/1.1: whole, in pieces, and broken ones."""

import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from types import FrameType
from typing import Any

import pytest

from chalicelib.adapters.aws import answers
from chalicelib.adapters.aws.answers import LONGEST_HEAD, Answer, ClosedError, Reader, UnreadableError
from chalicelib.adapters.aws.http import Channel
from tests.unit.canned_server import HANG_UP, CannedServer, serving

WHOLE = b'HTTP/1.1 200 OK\r\nX-Amz-Crc32: 7\r\nEmpty:\r\nContent-Length: 12\r\n\r\n{"Item": {}}'
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"
READ = Answer(200, {"x-amz-crc32": "7", "empty": "", "content-length": "12"}, b'{"Item": {}}')


@contextmanager
def sending(*pieces: bytes) -> Iterator[Reader]:
    """A reader of a connection over which these pieces come, and its end."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.settimeout(5)
        for piece in pieces:
            ours.sendall(piece)
        ours.shutdown(socket.SHUT_WR)
        yield Reader(theirs)


def test_answers_are_read_one_after_another() -> None:
    with sending(WHOLE + b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n") as reader:
        assert reader.answer() == (READ, True)
        assert reader.is_ahead
        assert reader.answer() == (Answer(400, {"content-length": "0"}, b""), True)
        assert not reader.is_ahead


class Drop:
    """A source that gives one byte at a time."""

    def __init__(self, sent: bytes) -> None:
        self._sent = sent

    def recv(self, most: int) -> bytes:
        taken, self._sent = self._sent[:1], self._sent[1:]
        return taken


@pytest.mark.parametrize(
    "sent",
    [
        WHOLE,
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n" + WHOLE,
    ],
)
def test_it_does_not_matter_in_how_many_pieces_an_answer_comes(sent: bytes) -> None:
    assert Reader(Drop(sent)).answer() == (READ, True)  # type: ignore[arg-type]


def test_a_large_answer_is_whole() -> None:
    content = bytes(range(256)) * 400
    with sending(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(content), content)) as reader:
        assert reader.answer()[0].content == content


def test_chunks_are_joined_and_their_trailers_left_out() -> None:
    chunks = b'5;x=y\r\n{"a":\r\nA\r\n 123456789\r\n1\r\n}\r\n0\r\nT: 1\r\nU: 2\r\n\r\n'
    with sending(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n" + chunks) as reader:
        assert reader.answer()[0] == Answer(200, {"transfer-encoding": "Chunked"}, b'{"a": 123456789}')
        assert not reader.is_ahead


@pytest.mark.parametrize("more", [b"HTTP/1.1 4", b"no answer"])
def test_an_answer_is_read_whatever_comes_behind_it(more: bytes) -> None:
    with sending(WHOLE + more) as reader:
        assert reader.answer() == (READ, True)
        assert reader.is_ahead


@pytest.mark.parametrize(
    ("head", "is_persistent"),
    [
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n", False),
        (b"HTTP/1.1 200 OK\r\nConnection: Keep-Alive\r\n", True),
        (b"HTTP/1.1 200\r\n", True),
        (b"HTTP/1.0 200 OK\r\n", False),
    ],
)
def test_whether_the_connection_stays_open(head: bytes, is_persistent: bool) -> None:
    with sending(head + b"Content-Length: 0\r\n\r\n") as reader:
        assert reader.answer()[1] is is_persistent


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        WHOLE[:30],
        WHOLE[:-1],
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n",
    ],
)
def test_an_answer_that_ends_too_early_is_said_to_be_closed(sent: bytes) -> None:
    with sending(sent) as reader, pytest.raises(ClosedError):
        reader.answer()


@pytest.mark.parametrize(
    "sent",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        b"HTTP/2 200\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 2\xb2\xb3 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n" + WHOLE,
        b"HTTP/1.1 200 OK\r\n\r\nuntil the end",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1_0\r\n\r\n0123456789",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1f\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * LONGEST_HEAD,
    ],
)
def test_what_is_no_answer_of_these_services_is_refused(sent: bytes) -> None:
    with sending(sent) as reader, pytest.raises(UnreadableError):
        reader.answer()


class Struck(BaseException):
    """As a time limit is raised by its signal."""


@contextmanager
def striking(line: int) -> Iterator[None]:
    """Before the reader runs so many of its lines."""
    lines, before = count(), sys.gettrace()

    def strike(frame: FrameType, event: str, _: object) -> Any:
        if event == "line" and frame.f_code.co_filename == answers.__file__ and next(lines) == line:
            raise Struck
        return strike

    sys.settrace(strike)
    try:
        yield
    finally:
        sys.settrace(before)


@pytest.mark.parametrize("line", range(40))
def test_a_time_limit_gets_out_wherever_it_strikes(line: int) -> None:
    with sending(CHUNKED) as reader, pytest.raises(Struck), striking(line):
        reader.answer()


def test_a_connection_with_more_than_the_answer_is_not_used_again() -> None:
    with serving(WHOLE + WHOLE) as server:
        channel = Channel(server.url, 5, 5, None)
        assert [channel.post({}, b"{}") for _ in range(2)] == [READ, READ]

    assert server.connections == 2


@pytest.fixture
def idle() -> Iterator[tuple[CannedServer, Channel]]:
    """A channel with three open connections. The next one that is used fails, unlike a new one."""
    with serving(WHOLE, WHOLE, WHOLE, HANG_UP, WHOLE) as server:
        channel = Channel(server.url, 5, 5, None)
        for line in [channel._open() for _ in range(3)]:
            line.post({}, b"{}")
            channel._idle.append(line)
        yield server, channel
        channel.close()


def test_a_connection_that_has_died_unseen_takes_those_along_that_are_as_old(
    idle: tuple[CannedServer, Channel],
) -> None:
    server, channel = idle
    with pytest.raises(ClosedError):
        channel.post({}, b"{}")

    assert channel.post({}, b"{}") == READ
    assert server.connections == 4


def test_one_that_was_used_since_stays(idle: tuple[CannedServer, Channel]) -> None:
    server, channel = idle
    younger = channel._idle.pop(0)
    younger.used_at = time.monotonic() + 1
    channel._idle.insert(0, younger)
    with pytest.raises(ClosedError):
        channel.post({}, b"{}")

    assert channel.post({}, b"{}") == READ
    assert server.connections == 3


@pytest.mark.parametrize("value", ["one\r\nX-Other: two", "one\ntwo", "one\rtwo"])
def test_a_header_field_cannot_bring_another_one(value: str) -> None:
    with serving(WHOLE) as server, pytest.raises(ValueError, match="end of a line"):
        Channel(server.url, 5, 5, None).post({"X-Amzn-Trace-Id": value}, b"{}")

    assert server.requests == []
