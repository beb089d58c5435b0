"""The handler `http` for tests: real deliveries, over the network, to a receiver of the test."""

from collections.abc import Callable
from typing import Any

KEY = "a key for tests"


def http(allowed_hosts: str) -> Callable[..., Any]:
    """The handler of requests of type `http`, for `run` and `Queue.enqueue`.

    `allowed_hosts` is what ALLOWED_HOSTS would be, for example `http://127.0.0.1:9000`.
    """
    from chalicelib.adapters.security.secret_keys import Keys
    from chalicelib.webhooks.allowed_hosts import AllowedHosts
    from chalicelib.webhooks.deliverer import Deliverer
    from chalicelib.webhooks.handler import http_handler

    allowed = AllowedHosts.parse(allowed_hosts)
    deliverer = Deliverer(allowed, lambda: Keys("1", {"1": KEY}))
    return http_handler(lambda: allowed, lambda: deliverer)


def receiver_secret(host: str) -> str:
    """With what the receiver at that host verifies the deliveries of `http`: `whsec_…`."""
    from base64 import b64encode

    from chalicelib.webhooks import signing

    return f"whsec_{b64encode(signing.receiver_secret(KEY, host)).decode()}"
