"""A service that answers with errors for a while, to see what depends on it go on.

    POST /_gurukool/faults?service=sqs&seconds=2

From then on and for that long, every call to the service from outside is answered with 503.
"""

import time
from http import HTTPStatus
from typing import Any

from localstack.runtime import get_current_runtime

PATH = "/_gurukool/faults"

_until: dict[str, float] = {}


def install() -> None:
    get_current_runtime().components.gateway.request_handlers.insert(0, _answer)


def _answer(chain: Any, context: Any, _response: Any) -> None:
    request = context.request
    if request.path == PATH and request.method == "POST":
        _until[request.args["service"]] = time.monotonic() + float(request.args["seconds"])
        chain.respond(HTTPStatus.NO_CONTENT)
    elif _until and _is_failing(request.headers.get("Authorization", "")):
        chain.respond(HTTPStatus.SERVICE_UNAVAILABLE, b"This fault was asked for.")


def _is_failing(authorization: str) -> bool:
    """The signature of a call names its service: Credential=…/us-east-1/sqs/aws4_request."""
    now = time.monotonic()
    return any(f"/{service}/aws4_request" in authorization and now < end for service, end in _until.items())
