"""A small server of HTTP/1.1: a thread for each connection, so that a slow client delays nobody."""

import logging
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus

from gurukool_localstack.http1.connection import Connection, Limits
from gurukool_localstack.http1.messages import Answer, RefusedError, Request, serialize

LOG = logging.getLogger(__name__)

# Answers a request; None ends the connection without an answer.
type Handler = Callable[[Request], Answer | None]

_BACKLOG = 512
_LINGER_SECONDS = 2.0
_PAUSE_SECONDS = 0.1  # after a connection that could not be served
_IPV4, _IPV6 = "127.0.0.1", "::1"


class Server:
    """Listens from the start; serves after `start`."""

    def __init__(self, host: str, port: int, handler: Handler, limits: Limits) -> None:
        """Raises OSError if the port is in use."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
        self._handler = handler
        self._limits = limits
        self._closed = False

    @property
    def address(self) -> str:
        host, port = self._listener.getsockname()[:2]
        return f"{host}:{port}"

    def start(self, name: str) -> None:
        threading.Thread(target=self._accept, name=name, daemon=True).start()

    def close(self) -> None:
        """Accepts no further connection."""
        self._closed = True
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # ends the waiting accept()
        self._listener.close()

    def _accept(self) -> None:
        """Goes on after a connection for which there was no open file or no thread left."""
        while not self._closed:
            try:
                self._serve_next()
            except (OSError, RuntimeError) as error:
                if not self._closed:
                    LOG.warning("A connection was not served: %s.", error)
                    time.sleep(_PAUSE_SECONDS)

    def _serve_next(self) -> None:
        client, _ = self._listener.accept()
        try:
            threading.Thread(target=self._serve, args=[client], name="http", daemon=True).start()
        except RuntimeError:
            client.close()
            raise

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(ConnectionError, TimeoutError):
            connection = Connection(client, self._limits)
            try:
                while self._exchange(connection):
                    pass
            except RefusedError as error:
                connection.send(serialize(error.answer(), head_only=False, keep_alive=False))
                _linger(client)

    def _exchange(self, connection: Connection) -> bool:
        """Answers one request. Returns whether the connection goes on."""
        if not (request := connection.receive()):
            return False
        if not (answer := self._answer(request)):
            return False
        data = serialize(answer, head_only=request.method == "HEAD", keep_alive=request.keeps_alive)
        connection.send(data)
        return request.keeps_alive

    def _answer(self, request: Request) -> Answer | None:
        try:
            return self._handler(request)
        except Exception:  # a defect, which must not look like a network error
            LOG.exception("%s %s failed.", request.method, request.target)
            return Answer(HTTPStatus.INTERNAL_SERVER_ERROR, [])


def addresses(host: str) -> list[str]:
    """`host`, and with 127.0.0.1 also ::1 where there is one: the name `localhost` may mean either."""
    if host != _IPV4:
        return [host]
    with suppress(OSError), socket.create_server((_IPV6, 0), family=socket.AF_INET6):
        return [_IPV4, _IPV6]
    return [_IPV4]


def _linger(client: socket.socket) -> None:
    """Takes what the client still sends. Otherwise the kernel would reset the connection before it has read
    the answer.
    """
    client.shutdown(socket.SHUT_WR)
    client.settimeout(_LINGER_SECONDS)
    while client.recv(65536):
        pass
