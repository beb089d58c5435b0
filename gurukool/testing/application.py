"""What a test hands to handlers in place of a deployment."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from chalicelib.core.queueing.application import Application, Setting, Settings, refuse_undeclared
from chalicelib.webhooks.allowed_hosts import AllowedHosts
from chalicelib.webhooks.callback_urls import require_allowed
from gurukool.testing.memory import PresentResources

NONE: Mapping[str, Any] = MappingProxyType({})


def application(
    settings: Mapping[str, Setting], secrets: Mapping[str, str], callback_hosts: str = ""
) -> Application:
    """With these settings and secrets, and with the resources that are there when a handler asks.

    Outcomes may be pushed to `callback_hosts`. Raises ValueError if that is no list of hosts.
    """
    allowed = AllowedHosts.parse(callback_hosts)

    def secret(name: str) -> str:
        if name not in secrets:
            refuse_undeclared("secret", name, secrets, "the test's secrets=")
        return secrets[name]

    return Application(
        Settings(settings, secret, declared_in="the test's settings="),
        PresentResources(),
        lambda url, path: require_allowed(url, allowed, path),
    )
