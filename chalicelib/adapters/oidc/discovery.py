"""Reads a provider's keys: its description (OpenID Connect Discovery), and the JWKS that this names."""

import json
from collections.abc import Callable
from http import HTTPStatus
from ssl import SSLContext
from typing import Any

from chalicelib.adapters.oidc.key_set import KeySet, ProviderError, to_key_set
from chalicelib.webhooks.addresses import resolve
from chalicelib.webhooks.deadline import Deadline
from chalicelib.webhooks.deliverer import system_trust
from chalicelib.webhooks.transport import Message, Transport
from chalicelib.webhooks.urls import Url, UrlError, secure

WELL_KNOWN = "/.well-known/openid-configuration"
SECONDS = 2.0  # for both documents together
BODY_LIMIT = 64 * 1024  # bytes of a document
HEADERS = {
    "User-Agent": "Gurukool",
    "Accept": "application/json",
    "Accept-Encoding": "identity",
    "Connection": "close",
}


def read_keys(
    issuer: str, seconds: float = SECONDS, trust: Callable[[], SSLContext] = system_trust
) -> KeySet:
    """The provider's keys as they are now: two calls. Redirects are not followed. Raises ProviderError."""
    deadline = Deadline(seconds)
    described = _document(issuer.removesuffix("/") + WELL_KNOWN, deadline, trust)
    if not isinstance(described, dict) or described.get("issuer") != issuer:
        raise ProviderError("its description names another issuer")
    return to_key_set(_document(_address_of_keys(issuer, described), deadline, trust))


def _address_of_keys(issuer: str, described: dict[str, Any]) -> str:
    """Raises ProviderError if an issuer with TLS names an address without: it may be on this machine."""
    address = str(described.get("jwks_uri"))
    if issuer.lower().startswith("https://") and address.lower().startswith("http://"):
        raise ProviderError("an address of it must begin with https://, as its own does")
    return address


def _document(address: str, deadline: Deadline, trust: Callable[[], SSLContext]) -> Any:
    try:
        url = secure(address)
        transport = Transport(url.origin, resolve(url.origin.host, deadline.left()), trust)
        answer = transport.send(_message(url), deadline, BODY_LIMIT)
    except UrlError as error:
        raise ProviderError(f"an address of it {error}") from None
    except OSError as error:
        raise ProviderError(f"{type(error).__name__}: {error}") from error
    if answer.status != HTTPStatus.OK:
        raise ProviderError(f"it answers {answer.status} at {url.resource}")
    if answer.truncated:
        raise ProviderError(f"its answer at {url.resource} is too large or was cut off")
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        raise ProviderError(f"its answer at {url.resource} is not JSON") from None


def _message(url: Url) -> Message:
    return Message("GET", url.resource, {"Host": url.origin.authority, **HEADERS}, b"")
