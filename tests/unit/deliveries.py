"""Deliveries to a receiver on this machine, which is allowed by the name hooks.test."""

from typing import Any

import msgspec

from chalicelib.adapters.security.secret_keys import Keys
from chalicelib.core.queueing.context import HandlerRequest
from chalicelib.webhooks.allowed_hosts import AllowedHosts
from chalicelib.webhooks.deliverer import Deliverer
from chalicelib.webhooks.delivery import Delivery, Receipt
from tests.unit.receiver import Receiver

KEYS = Keys("2", {"2": "secret", "1": "older secret"})
NOW = 1_700_000_000  # Tue, 14 Nov 2023 22:13:20 GMT
REQUEST = HandlerRequest("ada", 7, "http", attempts=2)


def at(*addresses: str) -> Any:
    """A resolver that knows these addresses for every host."""
    return lambda _host, _seconds: addresses


def allowing(receiver: Receiver, scheme: str = "http") -> str:
    return f"{scheme}://hooks.test:{receiver.port}=127.0.0.0/8"


def deliverer(allowed: str, **options: Any) -> Deliverer:
    defaults = {"keys": lambda: KEYS, "resolve": at("127.0.0.1"), "now": lambda: NOW + 0.5}
    return Deliverer(AllowedHosts.parse(allowed), **(defaults | options))


def to(receiver: Receiver, body: bytes = b'{"n": 1}', scheme: str = "http", **more: Any) -> Delivery:
    return Delivery(f"{scheme}://hooks.test:{receiver.port}/in?a=b", body=msgspec.Raw(body), **more)


def deliver(receiver: Receiver, delivery: Delivery | None = None, **options: Any) -> Receipt:
    return deliverer(allowing(receiver), **options)(delivery or to(receiver), REQUEST)
