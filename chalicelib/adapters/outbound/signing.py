"""How a receiver can tell that a delivery is ours, and which one it is."""

import hmac

from chalicelib.adapters.secret_keys import Keys
from chalicelib.core.request import Request


def receivers_key(key: str, host: str) -> str:
    """What one receiver is given to verify with. It lets that receiver forge deliveries to itself only."""
    return _mac(key, f"gurukool webhook {host}".encode())


def headers(keys: Keys, host: str, request: Request, body: bytes, now: int) -> dict[str, str]:
    """`now` is in seconds since 1970. There is a signature with each key, so that a key can be replaced."""
    signed = f"{now}.{request.user_id}.{request.seq}.".encode() + body
    signatures = [f"v1={_mac(receivers_key(key, host), signed)}" for key in keys.all.values()]
    return {
        "Gurukool-User": request.user_id,
        "Gurukool-Seq": str(request.seq),
        "Gurukool-Attempt": str(request.attempts),
        "Gurukool-Signature": ",".join([f"t={now}", *signatures]),
    }


def _mac(key: str, text: bytes) -> str:
    return hmac.digest(key.encode(), text, "sha256").hex()
