"""The headers that tell a receiver which delivery this is, and prove that it is genuine.

They are those of Standard Webhooks 1.0 (standardwebhooks.com), so receivers can verify them with a library.
"""

import hmac
from base64 import b64encode
from collections.abc import Sequence

from chalicelib.adapters.security.secret_keys import Keys
from chalicelib.core.queueing.context import HandlerRequest
from chalicelib.webhooks.urls import Url


def webhook_id(user_id: str, seq: int) -> str:
    """The id of a delivery: the same for all attempts, and never used for another delivery.

    A dot separates the parts of what is signed, so a dot in the name of a user is escaped. Otherwise a user
    could choose a name that makes one signature valid for two deliveries.

    >>> webhook_id("ada", 7)
    'ada-7'
    >>> webhook_id("ada.b-7", 8)
    'ada%2Eb-7-8'
    """
    return f"{user_id.replace('%', '%25').replace('.', '%2E')}-{seq}"


def outcome_id(user_id: str, seq: int) -> str:
    """The id of the callback with an outcome: the same whenever it is pushed, and that of no delivery.

    >>> outcome_id("ada", 7)
    'ada-7-outcome'
    """
    return f"{webhook_id(user_id, seq)}-outcome"


def receiver_secret(key: str, host: str) -> bytes:
    """The 32 bytes that the receiver at `host` verifies with, derived from a key of this deployment.

    With them a receiver can forge deliveries to itself, but not to another host.
    """
    return hmac.digest(key.encode(), f"gurukool webhook {host}".encode(), "sha256")


def headers(
    request: HandlerRequest, method: str, url: Url, body: bytes, *, keys: Keys, now: int
) -> dict[str, str]:
    """The headers of one attempt. `now` is in seconds since 1970."""
    delivery = webhook_id(request.user_id, request.seq)
    own = {"Gurukool-Attempt": str(request.attempts)}
    return signed(delivery, method, url, body, keys=keys, now=now) | own


def signed(delivery: str, method: str, url: Url, body: bytes, *, keys: Keys, now: int) -> dict[str, str]:
    """The headers that a library for Standard Webhooks verifies. `now` is in seconds since 1970.

    There is a signature with each key, the current one first, so that a key can be replaced.

    The standard signs neither method nor address: a delivery without a body, DELETE for example, would be
    genuine at every path of its host. The header `Gurukool-Target-Signature` has the same signature with
    method and address in place of the body. No body can be mistaken for them, because a body is JSON.
    """
    begin = f"{delivery}.{now}.".encode()
    target = f"{method} {url.origin.authority}{url.resource}".encode()
    secrets = [receiver_secret(key, url.origin.host) for key in keys.all.values()]
    return {
        "Webhook-Id": delivery,
        "Webhook-Timestamp": str(now),
        "Webhook-Signature": _signatures(secrets, begin + body),
        "Gurukool-Target-Signature": _signatures(secrets, begin + target),
    }


def _signatures(secrets: Sequence[bytes], content: bytes) -> str:
    macs = (hmac.digest(secret, content, "sha256") for secret in secrets)
    return " ".join(f"v1,{b64encode(mac).decode()}" for mac in macs)
