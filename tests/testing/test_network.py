"""What a handler sends without anybody watching it is found too."""

import socket
from collections.abc import Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
import urllib3

from gurukool import handler
from gurukool.testing import NotOnceError, crash_everywhere


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass


@pytest.fixture
def port() -> Iterator[int]:
    """Of a server that takes every POST."""
    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def by_http_client(port: int) -> None:
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("POST", "/charges?secret=1", b"{}")
    connection.getresponse().read()
    connection.close()


def by_urllib3(port: int) -> None:
    with urllib3.HTTPConnectionPool("127.0.0.1", port) as pool:
        pool.request("POST", "/charges", body=b"{}")


@pytest.mark.parametrize("send", [by_http_client, by_urllib3])
def test_an_http_request_that_is_sent_twice_is_found(send: object, port: int) -> None:
    @handler("pay")
    def pay(payload: int) -> None:
        assert callable(send)
        send(payload)

    with pytest.raises(NotOnceError) as caught:
        crash_everywhere(pay, port)

    (finding,) = caught.value.findings
    assert finding.what == f"POST 127.0.0.1:{port}/charges happens twice, and not once"
    assert finding.place
    assert finding.place.function == getattr(send, "__name__", "")


def test_a_connection_that_is_made_twice_is_found(port: int) -> None:
    @handler("pay")
    def pay(payload: int) -> None:
        socket.create_connection(("127.0.0.1", payload)).close()

    with pytest.raises(NotOnceError, match=f"connection to 127.0.0.1:{port} happens twice"):
        crash_everywhere(pay, port)
