"""Rotates signing keys without an interruption.

The secret holds the key that signs and the previous key, which is still used to verify. chalicelib reads the
secret every few minutes, and at once when it meets an unknown key id.
"""

import json
import secrets
from typing import Any
from uuid import UUID, uuid5

from botocore.exceptions import ClientError

from infra.errors import DeployError

KEY_BYTES = 48
# The time until everything that the previous key signed has expired: an access token is valid for an hour at
# most, and functions may sign with the previous key for some minutes after a rotation.
OVERLAP_S = 3600 + 600
FOLLOWING = UUID("8a0d5c52-53a5-4b21-a2d2-3c1c5cf07a5e")  # of ids of versions that follow one


def rotate(secrets_manager: Any, arn: str, now: int, compromised: bool) -> str:
    """Rotates the key in the secret `arn` and returns a sentence about it. `now`: Unix time in seconds.

    `compromised` drops the old key. Each process accepts it until it reads the secret again: for five minutes
    at most, unless Secrets Manager does not answer. Raises DeployError if the last rotation was too recent,
    or if another one has followed the same version of the secret.
    """
    read = secrets_manager.get_secret_value(SecretId=arn)
    current = json.loads(read["SecretString"])
    renewed = after(current, now, compromised)
    _put_after(secrets_manager, arn, read["VersionId"], renewed)
    before = "is not accepted any more in five minutes" if compromised else "is still accepted"
    return f"Key {renewed['kid']} signs from now on; key {current['kid']} {before}."


def _put_after(secrets_manager: Any, arn: str, version: str, renewed: dict[str, Any]) -> None:
    """Only one rotation can follow a version: two would give two keys the same id.

    The token is the id of the new version, and Secrets Manager refuses another content under an id that it
    has: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
    """
    token = str(uuid5(FOLLOWING, version))
    try:
        secrets_manager.put_secret_value(
            SecretId=arn, SecretString=json.dumps(renewed), ClientRequestToken=token
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceExistsException":
            raise
        raise DeployError(
            f"Nothing was changed: another rotation has followed version {version} of the secret already. If "
            "the keys have to be rotated all the same, run this again. (If somebody has made this version "
            "the current one again by hand, store its content as a new version first.)"
        ) from error


def after(current: dict[str, Any], now: int, compromised: bool) -> dict[str, Any]:
    """The secret after a rotation of `current`. Raises DeployError if the last rotation was too recent."""
    wait = current.get("rotated_at", 0) + OVERLAP_S - now
    if wait > 0 and not compromised:
        raise DeployError(
            f"The keys were rotated recently. Wait {wait} seconds, until nothing that the previous key "
            "signed is valid, or give --compromised if the present key is no longer secret."
        )
    renewed = {
        "kid": str(int(current["kid"]) + 1),
        "key": secrets.token_urlsafe(KEY_BYTES),
        "rotated_at": now,
    }
    if not compromised:
        renewed["previous"] = {"kid": current["kid"], "key": current["key"]}
    return renewed
