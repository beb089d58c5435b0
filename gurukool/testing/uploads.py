"""Payloads that a client would upload first, because they are too large for a call of the API."""

from dataclasses import replace
from functools import partial
from hashlib import sha256

from chalicelib.adapters.memory.clock import ManualClock
from chalicelib.adapters.memory.objects import MemoryObjects
from chalicelib.adapters.memory.store import MemoryStore
from chalicelib.core.errors import TooLargeError
from chalicelib.core.queueing.enqueue import Enqueue, Work
from chalicelib.core.queueing.entry import PAYLOAD_BYTES, UPLOAD_BYTES
from chalicelib.core.queueing.uploads import Uploads


class Client:
    """Sends requests as a client of a deployment with uploads does."""

    def __init__(self, store: MemoryStore, clock: ManualClock, enqueue: Enqueue) -> None:
        """Gives the store a bucket."""
        self._enqueue = enqueue
        self._objects = store.tables.objects = MemoryObjects(clock.now)
        self._uploads = Uploads(self._objects, store.queues, clock)

    def send(self, user_id: str, session_id: str, work: Work) -> int:
        """The number of the request. Its payload is valid. Raises what an enqueue does, and TooLargeError."""
        data = work.payload.encode()
        if len(data) > UPLOAD_BYTES:
            raise TooLargeError(f"The payload is larger than {UPLOAD_BYTES // 1024**2} MiB.")
        if len(data) <= PAYLOAD_BYTES:
            return self._enqueue(user_id, session_id, [work]).requests[0].seq
        offer = self._uploads.offer(user_id, session_id, len(data), sha256(data).hexdigest())
        self._objects.upload(offer.signed, data)
        uploaded = replace(work, payload="null", upload=offer.id)
        claim = partial(self._uploads.claim, user_id, check=lambda *_: None)
        return self._enqueue(user_id, session_id, [uploaded], claim=claim).requests[0].seq
