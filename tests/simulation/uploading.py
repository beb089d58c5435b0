"""Payloads that are uploaded, in some histories: by whom, and what must hold of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING
from zlib import crc32

from chalicelib.adapters.memory.objects import MemoryObjects
from chalicelib.core.queueing.uploaded import key_of
from tests.simulation.history import Violation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.adapters.memory.tables import MemoryTables
    from chalicelib.core.queueing.enqueue import Claim, Work
    from chalicelib.core.queueing.request import Request
    from chalicelib.core.queueing.uploads import Uploads
    from tests.simulation.ports import Network
    from tests.simulation.world import World


def is_used(seed: int) -> bool:
    """In one of sixteen histories: the others stay as they are."""
    return seed % 16 == 13


def bucket_in(world: World) -> MemoryObjects | None:
    return MemoryObjects(lambda: world.scheduler.now) if is_used(world.seed) else None


def accept(_work: Work, _data: bytes) -> None:
    """Every payload is one that the handlers take."""


@dataclass(slots=True)
class Uploader:
    """The clients of a history."""

    uploads: Uploads
    objects: MemoryObjects
    network: Network

    def upload(
        self, user_id: str, session_id: str, works: Sequence[Work]
    ) -> tuple[Sequence[Work], Claim | None]:
        """Half of what is sent alone, always the same half. Raises what the API does."""
        data = works[0].payload.encode()
        if len(works) > 1 or crc32(data) % 4 < 2:
            return works, None
        offer = self.uploads.offer(user_id, session_id, len(data), sha256(data).hexdigest())
        self.network.travel()
        self.objects.upload(offer.signed, data)
        self.network.travel()
        uploaded = replace(works[0], payload="null", upload=offer.id)
        return [uploaded], partial(self.uploads.claim, user_id, check=accept)


def upload_of(tables: MemoryTables, request: Request) -> str:
    """Of a request that may still have to be carried out. Raises Violation."""
    found = tables.objects.objects.get(key_of(request)) if tables.objects else None
    if found is None:
        raise Violation(f"the upload of {request.seq} is not there")
    return found.data.decode()


def check_removed(tables: MemoryTables, user_ids: Sequence[str]) -> None:
    """What a user who was removed has uploaded is gone. Raises Violation."""
    folders = [f"/{sha256(user_id.encode()).hexdigest()[:32]}/" for user_id in user_ids]
    for key in tables.objects.objects if tables.objects else ():
        if any(folder in key for folder in folders):
            raise Violation("something is left: an upload of a user who was removed")
