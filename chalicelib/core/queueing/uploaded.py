"""Payloads that were uploaded, as objects of their requests: where they are, reading, keeping, deleting."""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.core.errors import ConflictError, LostRaceError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.object_store import LIFETIMES, ObjectStore
from chalicelib.core.queueing.request import Failure, Request
from chalicelib.core.queueing.texts import DAY_MS, SPARE_MS, kept_until
from chalicelib.core.time import Millis

if TYPE_CHECKING:
    from chalicelib.core.queueing.enqueue import Work

NEW = "new"
NO_BUCKET = Failure("invalid_payload", "The payload was uploaded, and this deployment has no uploads.")


def uploaded(request: Request, work: "Work", now: Millis) -> Request:
    """The request, with the payload that was claimed for it at that moment."""
    return replace(
        request,
        payload="",
        upload=work.upload,
        payload_bytes=work.upload_bytes,
        payload_until=kept_until(now, request.retention_ms),
    )


def fetched(objects: ObjectStore, request: Request) -> Request | None:
    """The request with its payload, which was uploaded; None if it is gone, or is not what was uploaded.

    Raises UnavailableError.
    """
    data = objects.read(key_of(request))
    if data is None or not is_intact(request.upload or "", data):
        fault = "gone" if data is None else "damaged"
        log_event(f"upload {fault}", level=logging.ERROR, user=request.user_id, seq=request.seq)
        return None
    return replace(request, payload=data.decode())


def keep_for_retry(objects: ObjectStore | None, failed: Request) -> None:
    """Raises ConflictError if the upload is gone, UnavailableError."""
    gone = ConflictError(f"The payload of request {failed.seq} is no longer stored.", code="payload_gone")
    if objects is None:
        raise gone
    try:
        keep(objects, failed)
    except LostRaceError:
        raise gone from None


def keep(objects: ObjectStore, request: Request) -> None:
    """Let the upload of a request expire later: as if it had been claimed now. Raises LostRaceError."""
    objects.copy(key_of(request), key_of(request))


def delete_all(objects: ObjectStore, user_id: str, is_over: Callable[[], bool]) -> bool:
    """Delete all uploads of a user. False if it was over before that: what is left expires by itself."""
    for place in LIFETIMES:
        while not objects.delete_some(key(place, user_id, "")):
            if is_over():
                return False
    return True


def key_of(request: Request) -> str:
    """The key of the object that has the payload of a request."""
    return key(kept_place(request.retention_ms), request.user_id, request.upload or "")


def is_intact(id_: str, data: bytes) -> bool:
    """Whether the bytes are those for which the upload was offered."""
    return hashlib.sha256(data).hexdigest() == id_.rpartition("-")[2]


def key(place: str, user_id: str, id_: str) -> str:
    """A user's folder has a name that tells nothing: keys are in the logs of others."""
    return f"{place}/{hashlib.sha256(user_id.encode()).hexdigest()[:32]}/{id_}"


def kept_place(kept_ms: Millis) -> str:
    """Where an upload is long enough that belongs to a request which is kept so long after its outcome."""
    return next(place for place, days in LIFETIMES.items() if days * DAY_MS >= kept_ms + SPARE_MS)
