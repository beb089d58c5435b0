"""The keys of access tokens, from Secrets Manager.

The secret is JSON: {"kid": "2", "key": "…", "previous": {"kid": "1", "key": "…"}}; `previous` is there for as
long as tokens signed with it may be about.
"""

import json
import time
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.adapters.tokens import Keys
from chalicelib.core.errors import UnavailableError

FRESH_S = 300  # a rotated key is known everywhere after this long


class SecretKeys:
    def __init__(self, client: Any, secret_arn: str) -> None:
        self._client = client
        self._secret_arn = secret_arn
        self._keys: Keys | None = None
        self._read_at = 0.0

    def __call__(self) -> Keys:
        """Raises UnavailableError if the secret was never read and cannot be now."""
        if self._keys is None or time.monotonic() - self._read_at > FRESH_S:
            self._keys, self._read_at = self._read(), time.monotonic()
        return self._keys

    def _read(self) -> Keys:
        try:
            answer = self._client.get_secret_value(SecretId=self._secret_arn)
        except (BotoCoreError, ClientError) as error:
            raise UnavailableError("The token keys cannot be read. Try again.") from error
        return to_keys(answer["SecretString"])


def to_keys(secret: str) -> Keys:
    document = json.loads(secret)
    pairs = [document, *([document["previous"]] if "previous" in document else [])]
    return Keys(document["kid"], {pair["kid"]: pair["key"] for pair in pairs})
