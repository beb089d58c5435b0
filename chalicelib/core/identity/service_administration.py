"""What administrators do with the keys of services, and how services' own deeds are noted."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.core.errors import NewerItemError
from chalicelib.core.identity.account import Principal
from chalicelib.core.identity.administration import Administration
from chalicelib.core.identity.audit import MAKE_KEY, REVOKE_KEY, Entry, carry_out, note
from chalicelib.core.identity.ports import AuditTrail
from chalicelib.core.identity.scopes import Scopes
from chalicelib.core.identity.service_keys import ServiceKeys
from chalicelib.core.identity.services import Key, Service
from chalicelib.core.time import Clock, Millis

if TYPE_CHECKING:
    from chalicelib.core.rates import Bucket

BEARER = "(token)"  # who has a minted token, as an actor: no service's name, since those have no parentheses


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
        key, action = Key.new(), f"{MAKE_KEY}: {' '.join(sorted(scopes))}"

        def make() -> Service:
            return self.keys.make(key, name, scopes, admin.username, expires_at, bucket)

        return key, self.administration.carry_out(admin, action, name, make, key.key_id)

    def all(self, admin: Principal) -> Sequence[Service]:
        """The keys, the oldest first."""
        self.administration.require_admin(admin)
        return self.keys.all()

    def revoke(self, admin: Principal, key_id: str) -> None:
        """It is refused everywhere within 5 s. Raises NotFoundError."""
        self.administration.require_admin(admin)
        name = key_id
        with suppress(NewerItemError):  # a key that a newer release has made can be revoked all the same
            if found := self.keys.find(key_id):
                name = found.name
        self.administration.carry_out(admin, REVOKE_KEY, name, lambda: self.keys.revoke(key_id), key_id)


@dataclass(frozen=True, slots=True)
class ServiceDeeds:
    """Writes down what services, and those who have tokens of services, do to queues."""

    audit: AuditTrail
    clock: Clock

    def carry_out[Done](
        self, actor: str, key_id: str, action: str, user_id: str, do: Callable[[], Done]
    ) -> Done:
        """Do it between entries. Raises what `do` raises, and UnavailableError."""
        ids = {"actor_id": key_id, "subject_id": user_id}

        def write(action: str) -> None:
            note(self.audit, "service acts", Entry.new(self.clock.now(), actor, action, user_id, **ids))

        return carry_out(write, action, do)
