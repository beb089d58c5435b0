"""Keys that sign, from Secrets Manager.

The secret is JSON: {"kid": "2", "key": "…", "previous": {"kid": "1", "key": "…"}}. It has `previous` after a
rotation: what that key has signed is still valid, or receivers of deliveries do not have the new key yet.
"""

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core.errors import UnavailableError
from chalicelib.core.log_events import log_event

FRESH_S = 300  # how long keys are used before they are read again
KEPT_S = 24 * 60 * 60  # how long they are used if they cannot be read again
LOOK_AGAIN_S = 5  # between two reads because of a key that is not known, or after one that failed
LONGEST_PAUSE_S = 60  # it doubles with each read that fails


@dataclass(frozen=True, slots=True)
class Keys:
    """The id of the current key, and all valid keys by their ids, the current one first."""

    current: str
    all: dict[str, str]


class SecretKeys:
    """The keys of one secret, read when they are first needed and again every five minutes.

    A rotated key is therefore in use everywhere after five minutes, and one that was removed is accepted for
    as long; for KEPT_S by a process whose reads fail.
    """

    def __init__(self, client: Any, secret_arn: str, renewing: Callable[[], Any] | None = None) -> None:
        """`renewing` makes the client that reads again: it had better be impatient, the keys are known."""
        self._client = client
        self._secret_arn = secret_arn
        self._renewing = renewing or (lambda: client)
        self._keys: Keys | None = None
        self._read_at = 0.0
        self._tried_at = 0.0
        self._failures = 0  # since the keys were read

    def __call__(self) -> Keys:
        """Raises UnavailableError if the secret cannot be read, and was not in the last KEPT_S."""
        keys, age = self._keys, time.monotonic() - self._read_at
        if keys is None or age > KEPT_S:
            return self._first()
        return self._renewed(keys) if age > FRESH_S else keys

    def knowing(self, kid: str) -> Keys:
        """The keys, read again if `kid` is not among them: that key may have been created a moment ago.

        They are not read each time, since anybody can name keys that do not exist. Raises UnavailableError.
        """
        keys = self()
        return keys if kid in keys.all else self._renewed(keys)

    def _first(self) -> Keys:
        """Not read again at once if that fails: each call would wait for all attempts of the client."""
        if self._failures and not self._may_try:
            raise UnavailableError("The signing keys cannot be read. Try again.")
        return self._read(self._client)

    def _renewed(self, known: Keys) -> Keys:
        """The keys, read anew unless that was tried a moment ago. If it fails, the known ones stay."""
        if not self._may_try:
            return known
        try:
            return self._read(self._renewing())
        except UnavailableError as error:
            log_event("signing keys not read", level=logging.WARNING, exception=error)
            return known

    @property
    def _may_try(self) -> bool:
        pause: float = min(LOOK_AGAIN_S * 2 ** max(0, self._failures - 1), LONGEST_PAUSE_S)
        return time.monotonic() - self._tried_at > pause

    def _read(self, client: Any) -> Keys:
        self._tried_at = time.monotonic()  # other threads use the known keys meanwhile
        try:
            self._keys = self._fetched(client)
        except UnavailableError:
            self._failures += 1
            raise
        self._read_at, self._failures = time.monotonic(), 0
        return self._keys

    def _fetched(self, client: Any) -> Keys:
        try:
            answer = client.get_secret_value(SecretId=self._secret_arn)
        except (BotoCoreError, ClientError) as error:
            raise UnavailableError("The signing keys cannot be read. Try again.") from error
        try:
            return to_keys(answer["SecretString"])
        except (ValueError, LookupError, TypeError) as error:  # somebody has changed the secret by hand
            reason = type(error).__name__  # its text might show a part of the secret
            log_event("secret of signing keys not usable", level=logging.ERROR, reason=reason)
            raise UnavailableError("The signing keys cannot be read. Try again.") from None


def to_keys(secret: str) -> Keys:
    """The keys of a secret's text. Raises ValueError, LookupError, TypeError if it has none.

    >>> to_keys('{"kid": "2", "key": "new", "previous": {"kid": "1", "key": "old"}}')
    Keys(current='2', all={'2': 'new', '1': 'old'})
    """
    document = json.loads(secret)
    pairs = [document, *([document["previous"]] if "previous" in document else [])]
    keys = {pair["kid"]: pair["key"] for pair in pairs}
    if not all(isinstance(text, str) for text in (*keys, *keys.values())):
        raise TypeError("Ids of keys and keys are texts.")
    return Keys(document["kid"], keys)
