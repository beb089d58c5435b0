"""Rotation of the keys that sign, without anybody noticing.

The secret holds the key that signs and the one before it, which still verifies. chalicelib reads it anew
every few minutes, and at once when it meets a key that it does not know.
"""

import json
import secrets
from typing import Any

from infra.errors import DeployError

KEY_BYTES = 48
# What the previous key signed must have expired: an hour at most for an access token, and some minutes in
# which functions may still sign with it.
OVERLAP_S = 3600 + 600


def rotate(secrets_manager: Any, arn: str, now: int, compromised: bool) -> str:
    """A sentence about what is so now. `now` is in seconds. Raises DeployError if it is too early."""
    current = json.loads(secrets_manager.get_secret_value(SecretId=arn)["SecretString"])
    renewed = after(current, now, compromised)
    secrets_manager.put_secret_value(SecretId=arn, SecretString=json.dumps(renewed))
    before = "is worth nothing any more" if compromised else "still verifies"
    return f"Key {renewed['kid']} signs from now on; key {current['kid']} {before}."


def after(current: dict[str, Any], now: int, compromised: bool) -> dict[str, Any]:
    wait = current.get("rotated_at", 0) + OVERLAP_S - now
    if wait > 0 and not compromised:
        raise DeployError(
            f"The keys were rotated a short while ago. Wait {wait} seconds until nothing is signed with the "
            "key before the last, or say --compromised if the last one is no secret any more."
        )
    renewed = {
        "kid": str(int(current["kid"]) + 1),
        "key": secrets.token_urlsafe(KEY_BYTES),
        "rotated_at": now,
    }
    if not compromised:
        renewed["previous"] = {"kid": current["kid"], "key": current["key"]}
    return renewed
