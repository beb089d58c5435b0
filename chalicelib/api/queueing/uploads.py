"""Upload payloads that are too large for the body of a call."""

from http import HTTPStatus
from typing import Annotated, Literal

import msgspec

from chalicelib.adapters.runtime.logs import iso
from chalicelib.api.moments import Moment
from chalicelib.api.permissions import ENQUEUE
from chalicelib.api.queueing.enqueue import charge_service
from chalicelib.container import Container
from chalicelib.core.errors import NotFoundError, TooManyError
from chalicelib.core.identity.account import Principal
from chalicelib.core.queueing.entry import UPLOAD_BYTES
from chalicelib.web.routes import Routes

routes = Routes("Queue")


class NewUpload(msgspec.Struct, forbid_unknown_fields=True):
    """What will be uploaded."""

    bytes: Annotated[int, msgspec.Meta(ge=1, le=UPLOAD_BYTES, description="The size of the payload")]
    sha256: Annotated[
        str,
        msgspec.Meta(
            pattern=r"^[0-9a-f]{64}\Z",
            description="The SHA-256 of the payload in hexadecimal digits, as `sha256sum` prints it",
        ),
    ]


class UploadAnswer(msgspec.Struct):
    """How to upload it."""

    id: Annotated[str, msgspec.Meta(description="The `payload_upload` of the request, once it is uploaded")]
    method: Literal["PUT"]
    url: str
    headers: Annotated[dict[str, str], msgspec.Meta(description="To be sent with the payload, unchanged")]
    expires_at: Annotated[Moment, msgspec.Meta(description="The upload must have begun by then")]


@routes.endpoint(
    "POST",
    "/api/queue/uploads",
    "Get the address to which a large payload is uploaded",
    status=HTTPStatus.CREATED,
    raises=(NotFoundError, TooManyError),
    permission=ENQUEUE,
)
def offer_upload(container: Container, principal: Principal, body: NewUpload) -> UploadAnswer:
    uploads = container.queueing.uploads
    if uploads is None:
        raise NotFoundError(
            "This deployment takes no uploads: its operator can switch them on.", code="uploads_off"
        )
    charge_service(container, principal, 1)
    offer = uploads.offer(principal.user_id, principal.session_id, body.bytes, body.sha256)
    url, headers = offer.signed
    return UploadAnswer(offer.id, "PUT", url, dict(headers), iso(offer.expires_at))
