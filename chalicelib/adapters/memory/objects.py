"""A bucket in memory."""

from collections.abc import Callable
from typing import NamedTuple

from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.object_store import LIFETIMES, SignedUpload
from chalicelib.core.time import Millis

DAY_MS = 24 * 3_600_000
AT_ONCE = 1000


class StoredObject(NamedTuple):
    data: bytes
    written_at: Millis


class MemoryObjects:
    """The port `ObjectStore`. Tests may look at the objects and change them."""

    def __init__(self, now: Callable[[], Millis]) -> None:
        self._now = now
        self.objects: dict[str, StoredObject] = {}

    def sign_upload(self, key: str, size: int, sha256: str, seconds: int) -> SignedUpload:
        return SignedUpload(f"memory:{key}", {"size": str(size), "sha256": sha256, "seconds": str(seconds)})

    def sign_download(self, key: str, seconds: int) -> str:
        return f"memory:{key}?{seconds}"

    def upload(self, signed: SignedUpload, data: bytes) -> None:
        """What the holder of the signed call does."""
        self.objects[signed.url.removeprefix("memory:")] = StoredObject(data, self._now())

    def read(self, key: str) -> bytes | None:
        found = self.objects.get(key)
        return found.data if found else None

    def copy(self, source: str, target: str) -> None:
        if source not in self.objects:
            raise LostRaceError
        self.objects[target] = StoredObject(self.objects[source].data, self._now())

    def delete_some(self, prefix: str) -> bool:
        found = [key for key in self.objects if key.startswith(prefix)]
        for key in found[:AT_ONCE]:
            del self.objects[key]
        return len(found) <= AT_ONCE

    def remove_expired(self, now: Millis) -> None:
        """What the rules of a bucket do by themselves."""
        self.objects = {key: found for key, found in self.objects.items() if now < _expiry(key, found)}


def _expiry(key: str, found: StoredObject) -> Millis:
    return found.written_at + LIFETIMES[key.partition("/")[0]] * DAY_MS
