"""Makes LocalStack listen on the addresses in GATEWAY_LISTEN only, not on all interfaces.

With 127.0.0.1 it listens on ::1 too, since LocalStack itself and its users also call it `localhost`.
"""

from types import SimpleNamespace
from typing import Any

from localstack.config import GATEWAY_LISTEN
from localstack.runtime.server import twisted

from gurukool_localstack.http1.server import addresses


def install() -> None:
    twisted.endpoints = SimpleNamespace(TCP4ServerEndpoint=_Endpoint)


class _Endpoint:
    def __init__(self, reactor: Any, port: int) -> None:
        self._reactor = reactor
        self._port = port

    def listen(self, factory: Any) -> None:
        """Listens. Raises at once if the port is in use, unlike Twisted's own endpoint."""
        (host,) = {listen.host for listen in GATEWAY_LISTEN if listen.port == self._port}
        for address in addresses(host):
            self._reactor.listenTCP(self._port, factory, interface=address)
