"""What administrators do with the keys of services, and how services' own deeds are noted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.core.identity.account import Principal
from chalicelib.core.identity.administration import Administration
from chalicelib.core.identity.audit import MAKE_KEY, REVOKE_KEY, Entry, note
from chalicelib.core.identity.ports import AuditTrail
from chalicelib.core.identity.scopes import Scopes
from chalicelib.core.identity.service_keys import ServiceKeys
from chalicelib.core.identity.services import Key, Service
from chalicelib.core.time import Clock, Millis

if TYPE_CHECKING:
    from chalicelib.core.rates import Bucket


@dataclass(frozen=True, slots=True)
class ServiceAdministration:
    """Makes, lists and revokes keys. Errors are as in Administration."""

    administration: Administration
    keys: ServiceKeys

    def make(
        self,
        admin: Principal,
        name: str,
        scopes: Scopes,
        expires_at: Millis | None,
        bucket: "Bucket | None" = None,
    ) -> tuple[Key, Service]:
        """A new key, which is shown this once. Raises InvalidInputError if there are too many."""

        def make() -> tuple[Key, Service]:
            return self.keys.make(name, scopes, admin.username, expires_at, bucket)

        return self.administration.carry_out(admin, f"{MAKE_KEY}: {' '.join(sorted(scopes))}", name, make)

    def all(self, admin: Principal) -> Sequence[Service]:
        """The keys, the oldest first."""
        self.administration.require_admin(admin)
        return self.keys.all()

    def revoke(self, admin: Principal, key_id: str) -> None:
        """It is refused everywhere within 5 s. Raises NotFoundError."""
        self.administration.carry_out(admin, REVOKE_KEY, key_id, lambda: self.keys.revoke(key_id))


@dataclass(frozen=True, slots=True)
class ServiceDeeds:
    """Notes that a service controls a queue, before it is done."""

    audit: AuditTrail
    clock: Clock

    def note(self, service: str, key_id: str, action: str, user_id: str) -> None:
        """Raises UnavailableError; then it must not be done."""
        ids = {"actor_id": key_id, "subject_id": user_id}
        entry = Entry.new(self.clock.now(), service, action, user_id, **ids)
        note(self.audit, "service acts", entry)
