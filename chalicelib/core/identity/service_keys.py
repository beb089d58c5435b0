"""The keys of services: made, listed, revoked, and verified at each call."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from chalicelib.core.errors import (
    InvalidInputError,
    LostRaceError,
    NotFoundError,
    UnauthenticatedError,
    UnavailableError,
)
from chalicelib.core.identity.ports import ServiceStore
from chalicelib.core.identity.scopes import Scopes
from chalicelib.core.identity.services import Key, Service
from chalicelib.core.log_events import log_event
from chalicelib.core.time import Clock, Millis

if TYPE_CHECKING:
    from chalicelib.core.rates import Bucket

TRUSTED_MS = 4_000  # how long a process goes by what it has read: a revoked key is refused within 5 s
USE_NOTED_MS = 10 * 60_000  # between two notes of a key's last use, each of which is one write
MOST_KEYS = 100
TOO_MANY = f"There are {MOST_KEYS} keys, which is the limit. Revoke one first."
MOST_TRUSTED = 100  # keys that one process remembers
REFUSED = "The key is not valid: it is unknown, was revoked, or has expired."


@dataclass(frozen=True, slots=True)
class ServiceKeys:
    """One process's view of the keys. Every method raises UnavailableError."""

    store: ServiceStore
    clock: Clock
    _trusted: dict[str, tuple[Service, Millis]] = field(default_factory=dict)  # and when it was read

    def make(  # noqa: PLR0917
        self,
        key: Key,
        name: str,
        scopes: Scopes,
        by: str,
        expires_at: Millis | None,
        bucket: "Bucket | None" = None,
    ) -> Service:
        """Store a new key, without its secret. Raises InvalidInputError if there are too many."""
        if len(self.store.all()) >= MOST_KEYS:
            raise InvalidInputError(TOO_MANY, code="too_many_keys")
        now = self.clock.now()
        service = Service(key.key_id, name, key.hash, scopes, now, by, expires_at, bucket=bucket)
        self.store.add(service)
        log_event("key made", service=name, key=key.key_id, by=by)
        return service

    def find(self, key_id: str) -> Service | None:
        """As it is stored now."""
        return self.store.get(key_id)

    def all(self) -> Sequence[Service]:
        """The oldest first."""
        return sorted(self.store.all(), key=lambda service: service.created_at)

    def revoke(self, key_id: str) -> None:
        """It is refused everywhere within 5 s. Raises NotFoundError."""
        try:
            self.store.remove(key_id)
        except LostRaceError:
            raise NotFoundError("There is no such key.") from None
        self._trusted.pop(key_id, None)
        log_event("key revoked", key=key_id)

    def verify(self, text: str) -> Service:
        """The service whose key this is. Costs one read in `TRUSTED_MS`, in each process.

        Raises UnauthenticatedError.
        """
        key, now = Key.parse(text), self.clock.now()
        service = self._find(key.key_id, now) if key else None
        if key is None or service is None or not service.is_opened_by(key, now):
            log_event("key refused", level=logging.WARNING, key=key.key_id if key else None)
            raise UnauthenticatedError(REFUSED, code="invalid_key")
        self._note_use(service, now)
        return service

    def _find(self, key_id: str, now: Millis) -> Service | None:
        known, read_at = self._trusted.get(key_id, (None, 0))
        if known is not None and now - read_at < TRUSTED_MS:
            return known
        found = self.store.get(key_id)
        if found is None:
            self._trusted.pop(key_id, None)
            return None
        if len(self._trusted) >= MOST_TRUSTED:
            self._trusted.clear()
        self._trusted[key_id] = found, now
        return found

    def _note_use(self, service: Service, now: Millis) -> None:
        """One of all processes notes it. What fails is left to the next call."""
        if service.last_used_at is not None and now - service.last_used_at < USE_NOTED_MS:
            return
        _, read_at = self._trusted[service.key_id]
        self._trusted[service.key_id] = replace(service, last_used_at=now), read_at
        try:
            self.store.note_use(service, now)
        except (LostRaceError, UnavailableError):
            log_event("use of a key not noted", key=service.key_id)
