"""Keys that sign, from Secrets Manager.

The secret is JSON: {"kid": "2", "key": "…", "previous": {"kid": "1", "key": "…"}}. It has `previous` after a
rotation: what that key has signed is still valid, or receivers of deliveries do not have the new key yet.
"""

import json
import logging
import time
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core.errors import UnavailableError
from chalicelib.core.log_events import log_event

FRESH_S = 300  # how long keys are used before they are read again
LOOK_AGAIN_S = 5  # between two reads because of a key that is not known


@dataclass(frozen=True, slots=True)
class Keys:
    """The id of the current key, and all valid keys by their ids, the current one first."""

    current: str
    all: dict[str, str]


class SecretKeys:
    """The keys of one secret, read when they are first needed and again every five minutes.

    A rotated key is therefore in use everywhere after five minutes.
    """

    def __init__(self, client: Any, secret_arn: str) -> None:
        self._client = client
        self._secret_arn = secret_arn
        self._keys: Keys | None = None
        self._read_at = 0.0

    def __call__(self) -> Keys:
        """Raises UnavailableError if the secret was never read and cannot be now."""
        if self._keys is None or time.monotonic() - self._read_at > FRESH_S:
            return self._renewed()
        return self._keys

    def knowing(self, kid: str) -> Keys:
        """The keys, read again if `kid` is not among them: that key may have been created a moment ago.

        They are not read each time, since anybody can name keys that do not exist. Raises UnavailableError.
        """
        keys = self()
        if kid not in keys.all and time.monotonic() - self._read_at > LOOK_AGAIN_S:
            return self._renewed()
        return keys

    def _renewed(self) -> Keys:
        """The keys, read anew. If that fails, the known ones stay, and it is tried again in five seconds."""
        try:
            self._keys, self._read_at = self._read(), time.monotonic()
        except UnavailableError as error:
            if self._keys is None:
                raise
            log_event("signing keys not read", level=logging.WARNING, exception=error)
            self._read_at = time.monotonic() - FRESH_S + LOOK_AGAIN_S
        return self._keys

    def _read(self) -> Keys:
        try:
            answer = self._client.get_secret_value(SecretId=self._secret_arn)
        except (BotoCoreError, ClientError) as error:
            raise UnavailableError("The signing keys cannot be read. Try again.") from error
        return to_keys(answer["SecretString"])


def to_keys(secret: str) -> Keys:
    """The keys of a secret's text.

    >>> to_keys('{"kid": "2", "key": "new", "previous": {"kid": "1", "key": "old"}}')
    Keys(current='2', all={'2': 'new', '1': 'old'})
    """
    document = json.loads(secret)
    pairs = [document, *([document["previous"]] if "previous" in document else [])]
    return Keys(document["kid"], {pair["kid"]: pair["key"] for pair in pairs})
