"""Keys that sign, from Secrets Manager.

The secret is JSON: {"kid": "2", "key": "…", "previous": {"kid": "1", "key": "…"}}; `previous` is there for as
long as what was signed with it must be valid.
"""

import json
import logging
import time
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core.errors import UnavailableError
from chalicelib.core.log_events import log_event

FRESH_S = 300  # a rotated key is used everywhere after this long
LOOK_AGAIN_S = 5  # how often an unknown key is worth a look


@dataclass(frozen=True, slots=True)
class Keys:
    """The key that signs and all that verify, by key id."""

    current: str
    all: dict[str, str]


class SecretKeys:
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
        """The keys, read again if this one is not among them: it may have been made a moment ago.

        Anybody can name keys that do not exist, so not each time. Raises UnavailableError.
        """
        keys = self()
        if kid not in keys.all and time.monotonic() - self._read_at > LOOK_AGAIN_S:
            return self._renewed()
        return keys

    def _renewed(self) -> Keys:
        """Those at hand, if they cannot be read now; then it is tried again in a moment."""
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
    document = json.loads(secret)
    pairs = [document, *([document["previous"]] if "previous" in document else [])]
    return Keys(document["kid"], {pair["kid"]: pair["key"] for pair in pairs})
