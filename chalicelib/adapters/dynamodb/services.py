"""The keys of services, by id."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.dynamodb.errors import translated
from chalicelib.adapters.dynamodb.format import require_readable
from chalicelib.adapters.dynamodb.identity_models import ServiceItem
from chalicelib.adapters.dynamodb.tables import Tables
from chalicelib.core.errors import LostRaceError
from chalicelib.core.identity.services import Service
from chalicelib.core.time import Millis

if TYPE_CHECKING:
    from chalicelib.core.rates import Bucket, Withdrawal


class DynamoServices:
    """The port `ServiceStore`."""

    def __init__(self, tables: Tables) -> None:
        self._services = tables.services

    def add(self, service: Service) -> None:
        try:
            with translated():
                item_of(service, self._services).save(condition=self._services.key_id.does_not_exist())
        except LostRaceError:
            if self.get(service.key_id) != service:
                raise

    def get(self, key_id: str) -> Service | None:
        with translated():
            try:
                return to_service(self._services.get(key_id, consistent_read=True))
            except self._services.DoesNotExist:
                return None

    def all(self) -> Sequence[Service]:
        with translated():
            return [to_service(item) for item in self._services.scan(consistent_read=True)]

    def note_use(self, service: Service, now: Millis) -> None:
        m: Any = self._services
        seen = service.last_used_at
        same = m.last_used_at.does_not_exist() if seen is None else m.last_used_at == seen
        with translated():
            m(service.key_id).update([m.last_used_at.set(now)], condition=m.key_id.exists() & same)

    def withdraw(self, key_id: str, withdrawal: "Withdrawal") -> Service:
        from chalicelib.adapters.dynamodb.buckets import withdrawn

        m: Any = self._services
        item, (action, found) = m(key_id), withdrawn(m.arrival, withdrawal)
        with translated():
            item.update([action], condition=m.key_id.exists() & found)
        return to_service(item)

    def remove(self, key_id: str) -> None:
        with translated():
            self._services(key_id).delete(condition=self._services.key_id.exists())


def item_of(service: Service, model: type[ServiceItem] = ServiceItem) -> ServiceItem:
    """A key that was never used. Without the model of a deployment's table, it can only be serialized."""
    return model(
        key_id=service.key_id,
        name=service.name,
        secret_hash=service.secret_hash,
        scopes=" ".join(sorted(service.scopes)),
        created_at=service.created_at,
        created_by=service.created_by,
        key_expires_at=service.expires_at,
        rate=service.bucket and str(service.bucket.rate),
        burst=service.bucket and service.bucket.burst,
        arrival=service.arrival,
    )


def to_service(item: ServiceItem) -> Service:
    """Raises NewerItemError."""
    require_readable(item.item_format)
    return Service(
        key_id=item.key_id,
        name=item.name,
        secret_hash=item.secret_hash,
        scopes=frozenset(item.scopes.split()),
        created_at=int(item.created_at),
        created_by=item.created_by,
        expires_at=None if item.key_expires_at is None else int(item.key_expires_at),
        last_used_at=None if item.last_used_at is None else int(item.last_used_at),
        bucket=None if item.rate is None else _bucket(item),
        arrival=None if item.arrival is None else int(item.arrival),
    )


def _bucket(item: ServiceItem) -> "Bucket":
    from chalicelib.core.rates import Bucket, Rate

    return Bucket(Rate.parse(item.rate), int(item.burst))
