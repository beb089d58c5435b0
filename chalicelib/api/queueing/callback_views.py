"""What is pushed of an outcome, as JSON."""

import msgspec

from chalicelib.adapters.json.codec import encode
from chalicelib.api.queueing.request_views import RequestAnswer, request_view
from chalicelib.core.queueing.request import Request


class PushedOutcome(RequestAnswer):
    """An outcome as `dequeue` answers it, and whose it is."""

    user: str


def pushed(outcome: Request) -> bytes:
    """The body of a callback."""
    members = msgspec.structs.asdict(request_view(outcome))
    return encode(PushedOutcome(**members, user=outcome.user_id)).encode()
