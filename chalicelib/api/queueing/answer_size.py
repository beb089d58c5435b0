"""How many requests fit into one answer."""

import json
from collections.abc import Sequence

import msgspec

from chalicelib.adapters.json.codec import encode
from chalicelib.api.queueing.request_views import RequestAnswer, request_view
from chalicelib.core.queueing.pages import Extent
from chalicelib.core.queueing.request import Request

# Bytes. Lambda allows 6 MB for a JSON document that contains the answer as a string: escaped, it is larger.
ANSWER_LIMIT = 1024 * 1024


def one_answer(limit: int) -> Extent:
    """The extent of one page: as many requests as fit into one answer, `limit` at most. For one use."""
    room = ANSWER_LIMIT

    def fits(request: Request) -> bool:
        nonlocal room
        room -= size_of(request_view(request))
        return room >= 0

    return Extent(limit, fits)


def size_of(view: RequestAnswer) -> int:
    """The bytes that the view takes in Lambda's answer."""
    return len(json.dumps(encode(view)))


def without_results(views: Sequence[RequestAnswer]) -> list[RequestAnswer]:
    """The views with null for each result and error."""
    nothing = msgspec.Raw(b"null")
    return [msgspec.structs.replace(view, result=nothing, error=None) for view in views]
