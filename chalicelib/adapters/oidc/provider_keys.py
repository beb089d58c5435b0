"""The keys of an identity provider, as this process has read them last."""

import logging
import time
from collections.abc import Callable
from math import inf

from chalicelib.adapters.oidc.key_set import KeyName, KeySet, ProviderError, PublicKey
from chalicelib.core.errors import UnavailableError
from chalicelib.core.log_events import log_event

FRESH_S = 10 * 60  # how long keys are used before they are read again
LOOK_AGAIN_S = 30  # between two reads, whatever the tokens that are sent say
RETRY_S = 5  # the same, as long as there are no keys at all
KEPT_S = 24 * 60 * 60  # how long keys are used if they cannot be read again


class ProviderKeys:
    """Reads the keys when they are first needed, again every ten minutes, and for a key that is not known.

    Anybody can name keys that do not exist, so that is done once in 30 seconds at most. While the provider is
    away, the keys that are known go on being used for a day.
    """

    def __init__(self, read: Callable[[], KeySet], now: Callable[[], float] = time.monotonic) -> None:
        """`read` raises ProviderError. `now` is in seconds."""
        self._read = read
        self._now = now
        self._keys: KeySet | None = None
        self._read_at = self._tried_at = -inf
        self._is_away = False  # the last read failed

    def __call__(self, name: KeyName) -> PublicKey | None:
        """The key; None if the provider has no such key.

        Raises UnavailableError if that cannot be said, because the provider is away.
        """
        now = self._now()
        if self._is_due(name, now):
            self._renew(now)
        if self._keys is None or (self._is_away and name not in self._keys):
            message = "The identity provider does not answer. Try again."
            raise UnavailableError(message, code="identity_provider_unavailable", retry_after=RETRY_S)
        return self._keys.get(name)

    def _is_due(self, name: KeyName, now: float) -> bool:
        if self._keys is None:
            return now - self._tried_at >= RETRY_S
        fresh = now - self._read_at < FRESH_S and name in self._keys
        return not fresh and now - self._tried_at >= LOOK_AGAIN_S

    def _renew(self, now: float) -> None:
        self._tried_at = now
        try:
            self._keys, self._read_at, self._is_away = self._read(), now, False
        except ProviderError as error:
            self._is_away = True
            log_event("keys of the identity provider not read", level=logging.WARNING, reason=str(error))
            if now - self._read_at > KEPT_S:
                self._keys = None
