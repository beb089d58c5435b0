"""Payloads that are too large for a call of the API: whoever sends them uploads them to a bucket first.

An upload is new until a request uses it. The call that sends the request reads and checks the upload, and
copies it to a place where nobody but this service can write: what is accepted is valid, and stays as it is.
Several requests may use one upload. A new upload expires after a day. A copy expires some days after its
request; if the request waits for long, the sweeper lets the copy expire later, as it does with large payloads
(keeping.py).

The id of an upload ends with its SHA-256, so whoever reads the object knows whether it is the right one.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from chalicelib.core.errors import InvalidInputError, LostRaceError, NotFoundError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.entry import UPLOAD_BYTES
from chalicelib.core.queueing.object_store import ObjectStore, SignedUpload
from chalicelib.core.queueing.opening import live_or_new
from chalicelib.core.queueing.queue_store import QueueStore
from chalicelib.core.queueing.request import Request
from chalicelib.core.queueing.retention import KEPT_MS
from chalicelib.core.queueing.uploaded import NEW, is_intact, kept_place, key, key_of
from chalicelib.core.queueing.user_limit import UserLimit
from chalicelib.core.time import Clock, Millis

OFFER_S: Final = 900  # how long an upload may be begun after it was offered
LINK_S: Final = 300  # how long a link to a payload works


class Offer(NamedTuple):
    """Permission to upload one payload."""

    id: str
    signed: SignedUpload
    expires_at: Millis


@dataclass(frozen=True, slots=True)
class Uploads:
    """Offers uploads, and makes them payloads. Both methods raise UnavailableError."""

    objects: ObjectStore
    queues: QueueStore
    clock: Clock
    limit: UserLimit | None = None  # how many requests a user may send in a time; an upload counts as one
    new_token: Callable[[], str] = lambda: secrets.token_hex(16)

    def offer(self, user_id: str, session_id: str, size: int, sha256: str) -> Offer:
        """Let the user upload `size` bytes with this SHA-256, in hexadecimal digits.

        Raises UnauthenticatedError, TooManyError; to a service also NotFoundError, ForbiddenError.
        """
        now = self.clock.now()
        live_or_new(self.queues.get(user_id), user_id, session_id, now)
        if self.limit:
            self.limit.pay_for_entry(user_id, session_id, now)
        id_ = f"{self.new_token()}-{sha256}"
        signed = self.objects.sign_upload(key(NEW, user_id, id_), size, sha256, OFFER_S)
        log_event("upload offered", user=user_id, upload=id_, bytes=size)
        return Offer(id_, signed, now + OFFER_S * 1000)

    def link(self, request: Request) -> str:
        """A URL from which the payload of a request can be read for LINK_S seconds."""
        return self.objects.sign_download(key_of(request), LINK_S)

    def claim(
        self, user_id: str, works: Sequence[Work], check: Callable[[Work, bytes], None]
    ) -> Sequence[Work]:
        """The works, whose uploads are payloads from now on. It may be repeated.

        `check` raises InvalidInputError if the bytes are no payload for the work. Raises NotFoundError.
        """
        return [self._claimed(user_id, work, check) if work.upload else work for work in works]

    def _claimed(self, user_id: str, work: Work, check: Callable[[Work, bytes], None]) -> Work:
        id_ = work.upload or ""
        new = key(NEW, user_id, id_)
        data = self.objects.read(new)
        if data is None:
            raise _not_found(id_)
        if not is_intact(id_, data) or len(data) > UPLOAD_BYTES:  # the store refuses such uploads
            raise InvalidInputError(f"The upload {id_} is not what was announced.", code="upload_damaged")
        check(work, data)
        try:
            self.objects.copy(new, key(kept_place(work.kept_ms or KEPT_MS), user_id, id_))
        except LostRaceError:  # it has expired just now
            raise _not_found(id_) from None
        return replace(work, upload_bytes=len(data))


def _not_found(id_: str) -> NotFoundError:
    return NotFoundError(
        f"There is no upload {id_} of this user: it was not completed, or is more than a day old.",
        code="upload_not_found",
    )
