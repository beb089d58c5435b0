"""Answers that hold many requests, and how many fit into one."""

import json
from collections.abc import Sequence

import msgspec

from chalicelib.adapters.json.codec import encode
from chalicelib.api.views import RequestAnswer, request_view
from chalicelib.core.queueing.pages import Extent
from chalicelib.core.queueing.request import Request

# Lambda allows 6 MB: a JSON document that holds the answer as a string. What counts is the size in there.
ANSWER_LIMIT = 1024 * 1024


def one_answer(limit: int) -> Extent:
    """As many requests as fit into one answer, `limit` at most. For one page only."""
    room = ANSWER_LIMIT

    def fits(request: Request) -> bool:
        nonlocal room
        room -= size(request_view(request))
        return room >= 0

    return Extent(limit, fits)


def size(view: RequestAnswer) -> int:
    """Bytes that the view takes in Lambda's answer."""
    return len(json.dumps(encode(view)))


def without_results(views: Sequence[RequestAnswer]) -> list[RequestAnswer]:
    nothing = msgspec.Raw(b"null")
    return [msgspec.structs.replace(view, result=nothing, error=None) for view in views]
