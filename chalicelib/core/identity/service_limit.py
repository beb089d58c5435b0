"""How many requests a service may send in a time, for all its users together: a bucket in its key's item."""

from dataclasses import dataclass, field

from chalicelib.core.errors import UnauthenticatedError
from chalicelib.core.identity.ports import ServiceStore
from chalicelib.core.identity.services import Service
from chalicelib.core.rates import Bucket, Buckets
from chalicelib.core.time import Clock


@dataclass(frozen=True, slots=True)
class ServiceLimit:
    """Takes tokens out of the buckets of keys. Only keys with a rate have one."""

    store: ServiceStore
    clock: Clock
    buckets: Buckets = field(default_factory=Buckets)

    def __call__(self, key_id: str, bucket: Bucket, count: int) -> None:
        """Take so many tokens, which costs one write.

        Raises TooManyError if they are not there, InvalidInputError if they never are, UnavailableError, and
        UnauthenticatedError if the key was revoked.
        """

        def read() -> Service:
            if found := self.store.get(key_id):
                return found
            raise UnauthenticatedError("The key was revoked.", code="invalid_key")

        self.buckets.withdraw(
            key_id,
            bucket,
            count,
            self.clock.now(),
            write=lambda withdrawal: self.store.withdraw(key_id, withdrawal),
            read=read,
        )
