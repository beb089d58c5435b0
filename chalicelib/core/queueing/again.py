"""A failed request as a new one."""

from typing import TYPE_CHECKING

from chalicelib.core.errors import ConflictError
from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.request import Request
from chalicelib.core.queueing.request_store import RequestStore
from chalicelib.core.queueing.texts import with_payload

if TYPE_CHECKING:
    from chalicelib.core.queueing.object_store import ObjectStore

CHANGED = "The queue has changed in the meantime. Read its current state and try again."


def work_again(requests: RequestStore, objects: "ObjectStore | None", failed: Request) -> Work:
    """The same work. An upload is kept for the time of another request.

    Raises UnavailableError, and ConflictError if the payload is gone: the request has been read too late.
    """
    whole = with_payload(requests, failed)
    if whole is None:
        raise ConflictError(CHANGED, code="changed_meanwhile")
    if failed.upload is not None:
        from chalicelib.core.queueing import uploaded  # only requests with an upload need it

        uploaded.keep_for_retry(objects, failed)
    return Work(
        whole.type,
        whole.payload,
        whole.max_attempts,
        whole.on_failure,
        origin=whole.seq,
        callback=whole.callback,
        kept_ms=whole.kept_ms,
        upload=whole.upload,
        upload_bytes=whole.payload_bytes if whole.upload else 0,
    )
