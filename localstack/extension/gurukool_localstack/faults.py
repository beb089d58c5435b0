"""Makes a service answer with errors for some time, to test what depends on it.

    POST /_gurukool/faults?service=sqs&seconds=2        at the edge, with the header X-Gurukool-Faults: yes

For that time, ten minutes at most, every call to the service from outside LocalStack is answered with 503. A
web page of another origin cannot send this header without a CORS preflight, which is refused.
"""

import time
from http import HTTPStatus
from typing import Any

from localstack.runtime import get_current_runtime

from gurukool_localstack import settings

PATH = "/_gurukool/faults"
HEADER = "X-Gurukool-Faults"
LONGEST_SECONDS = 600.0

_until: dict[str, float] = {}


def install() -> None:
    get_current_runtime().components.gateway.request_handlers.insert(0, _answer)


def _answer(chain: Any, context: Any, _response: Any) -> None:
    request = context.request
    if request.path == PATH and request.method == "POST":
        chain.respond(_begin(request))
    elif is_failing(request.headers.get("Authorization", "")):
        chain.respond(HTTPStatus.SERVICE_UNAVAILABLE, b"This fault was requested.")


def _begin(request: Any) -> HTTPStatus:
    at_api = settings.current().is_api_port(request.environ.get("SERVER_PORT"))
    if at_api or HEADER not in request.headers:
        return HTTPStatus.NOT_FOUND
    try:
        service, seconds = request.args["service"], float(request.args["seconds"])
    except (KeyError, ValueError):
        return HTTPStatus.BAD_REQUEST
    if not 0 <= seconds <= LONGEST_SECONDS:
        return HTTPStatus.BAD_REQUEST
    _until[service] = time.monotonic() + seconds
    return HTTPStatus.NO_CONTENT


def is_failing(authorization: str) -> bool:
    """Whether the call is one to a failing service.

    Its signature says: Credential=…/us-east-1/sqs/aws4_request.
    """
    if not _until:
        return False
    now = time.monotonic()
    faults = list(_until.items())
    return any(f"/{service}/aws4_request" in authorization and now < end for service, end in faults)
