"""The extension's server of HTTP/1.1, over plain sockets."""

import socket
from collections.abc import Iterator

import pytest

from gurukool_localstack.http1.connection import Limits
from gurukool_localstack.http1.messages import Answer, Request
from gurukool_localstack.http1.server import Server
from tests.localstack.no_threads import no_more_threads

LIMITS = Limits(head_bytes=500, body_bytes=1000, idle_seconds=20)
SECONDS = 20.0
GET = b"GET /%s HTTP/1.1\r\nHost: localhost\r\n\r\n"


def echo(request: Request) -> Answer | None:
    if request.target == "/defect":
        raise ValueError("a defect")
    if request.target == "/silence":
        return None
    text = f"{request.method} {request.target} {request.body!r}".encode()
    return Answer(204 if request.target == "/nothing" else 200, [("X-Kind", "echo")], text)


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server("127.0.0.1", 0, echo, LIMITS)
    server.start("test")
    yield server
    server.close()


@pytest.fixture
def client(server: Server) -> Iterator[socket.socket]:
    with connect(server) as client:
        yield client


def connect(server: Server) -> socket.socket:
    host, _, port = server.address.partition(":")
    return socket.create_connection((host, int(port)), timeout=SECONDS)


def rest(client: socket.socket) -> bytes:
    """Everything until the server ends the connection."""
    received = b""
    while piece := client.recv(65536):
        received += piece
    return received


def until(client: socket.socket, end: bytes) -> bytes:
    received = b""
    while not received.endswith(end):
        piece = client.recv(65536)
        assert piece, received
        received += piece
    return received


def closing(request: bytes) -> bytes:
    return request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)


def test_one_connection_serves_several_requests(client: socket.socket) -> None:
    for name in (b"one", b"two"):
        client.sendall(GET % name)
        answer = until(client, b"GET /%s b''" % name)
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
        assert b"Connection: keep-alive" in answer


def test_requests_that_arrive_together_are_answered_in_order(client: socket.socket) -> None:
    post = b"POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"
    client.sendall(post + GET % b"b" + closing(GET % b"c"))
    answers = rest(client)
    places = [answers.index(text) for text in (b"POST /a b'abc'", b"GET /b b''", b"GET /c b''")]
    assert places == sorted(places)
    assert b"Connection: close" in answers


def test_a_request_may_arrive_byte_by_byte(client: socket.socket) -> None:
    request = closing(
        b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\nT: 1\r\n\r\n"
    )
    for byte in request:
        client.sendall(bytes([byte]))
    assert rest(client).endswith(b"POST /a b'abc'")


def test_a_client_that_waits_is_asked_for_its_body(client: socket.socket) -> None:
    client.sendall(closing(b"POST / HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"))
    until(client, b"HTTP/1.1 100 Continue\r\n\r\n")
    client.sendall(b"ab")
    assert rest(client).endswith(b"POST / b'ab'")


@pytest.mark.parametrize(
    ("request_", "body"),
    [(b"HEAD /a HTTP/1.1", b""), (b"GET /nothing HTTP/1.1", b""), (b"GET / HTTP/1.0", b"GET / b''")],
)
def test_what_has_no_body_gets_none(client: socket.socket, request_: bytes, body: bytes) -> None:
    client.sendall(closing(request_ + b"\r\n\r\n"))
    head, _, received = rest(client).partition(b"\r\n\r\n")
    assert received == body
    assert (b"Content-Length" in head) is (b"nothing" not in request_)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET http://example.com/ HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nA: 1\r\n folded\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nA : 1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n", 413),
        (b"POST / HTTP/1.1\r\nContent-Length: 1001\r\n\r\n" + b"x" * 1001, 413),
        (b"GET / HTTP/1.1\r\nA: " + b"x" * 500 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nA: " + b"x" * 5000, 431),
    ],
)
def test_what_cannot_be_read_is_refused_and_ends_the_connection(
    client: socket.socket, request_: bytes, status: int
) -> None:
    client.sendall(request_)
    client.shutdown(socket.SHUT_WR)
    assert rest(client).startswith(b"HTTP/1.1 %d " % status)


def test_a_defect_is_an_answer_and_silence_is_the_end(client: socket.socket) -> None:
    client.sendall(GET % b"defect")
    assert until(client, b"\r\n\r\n").startswith(b"HTTP/1.1 500 ")
    client.sendall(GET % b"silence")
    assert rest(client) == b""


def test_nobody_waits_for_a_client_that_is_slow_or_has_gone(server: Server) -> None:
    with connect(server) as slow, connect(server) as gone, connect(server) as other:
        slow.sendall(b"GET /sl")
        gone.sendall(b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nab")
        gone.close()
        other.sendall(closing(GET % b"a"))
        assert rest(other).endswith(b"GET /a b''")
        slow.sendall(closing(b"ow HTTP/1.1\r\n\r\n"))
        assert rest(slow).endswith(b"GET /slow b''")


def test_a_client_that_says_nothing_is_left() -> None:
    server = Server("127.0.0.1", 0, echo, Limits(head_bytes=500, body_bytes=0, idle_seconds=0.01))
    server.start("test")
    with connect(server) as silent:
        assert rest(silent) == b""
    server.close()


def test_after_a_connection_for_which_there_was_no_thread_the_next_one_is_served(server: Server) -> None:
    with no_more_threads(), connect(server) as refused:
        assert rest(refused) == b""
    with connect(server) as client:
        client.sendall(closing(GET % b"a"))
        assert rest(client).endswith(b"GET /a b''")
