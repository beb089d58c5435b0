"""How a receiver can tell that a delivery is ours, and which one it is."""

import hmac

from chalicelib.adapters.security.secret_keys import Keys
from chalicelib.core.queueing.context import HandlerRequest
from chalicelib.webhooks.urls import Url


def receivers_key(key: str, host: str) -> str:
    """What one receiver is given to verify with. It lets that receiver forge deliveries to itself only."""
    return _mac(key, f"gurukool webhook {host}".encode())


def headers(
    request: HandlerRequest, method: str, url: Url, body: bytes, *, keys: Keys, now: int
) -> dict[str, str]:
    """`now` is in seconds since 1970. There is a signature with each key, so that a key can be replaced.

    Method and address are signed too: a delivery to one path proves nothing at another one of the same host.
    """
    signed = _signed(str(now), request.user_id, str(request.seq), method, url.origin.authority, url.resource)
    signatures = [
        f"v2={_mac(receivers_key(key, url.origin.host), signed + body)}" for key in keys.all.values()
    ]
    return {
        "Gurukool-User": request.user_id,
        "Gurukool-Seq": str(request.seq),
        "Gurukool-Attempt": str(request.attempts),
        "Gurukool-Signature": ",".join([f"t={now}", *signatures]),
    }


def _signed(*parts: str) -> bytes:
    """A line for each part; none of them can have a line break in it."""
    return "".join(f"{part}\n" for part in parts).encode()


def _mac(key: str, text: bytes) -> str:
    return hmac.digest(key.encode(), text, "sha256").hex()
