"""LocalStack listens on all interfaces; this keeps it to the addresses that GATEWAY_LISTEN names."""

from types import SimpleNamespace
from typing import Any

from localstack.config import GATEWAY_LISTEN
from localstack.runtime.server import twisted


def install() -> None:
    twisted.endpoints = SimpleNamespace(TCP4ServerEndpoint=_Endpoint)


class _Endpoint:
    def __init__(self, reactor: Any, port: int) -> None:
        self._reactor = reactor
        self._port = port

    def listen(self, factory: Any) -> None:
        """Unlike Twisted's own endpoint it raises at once when the port is taken."""
        (host,) = {listen.host for listen in GATEWAY_LISTEN if listen.port == self._port}
        self._reactor.listenTCP(self._port, factory, interface=host)
