"""Refuses requests that web pages of other origins send to the local cloud, before any other handler.

Any web page can make a browser send requests to this machine, and LocalStack would carry many of them out: it
checks neither the Host header, which reveals a name that an attacker points at 127.0.0.1, nor requests
without CORS. The API on its own port checks origins itself, as on AWS, so only the Host header is checked for
it here.
"""

from http import HTTPStatus
from typing import Any

from localstack.runtime import get_current_runtime

from gurukool_localstack import settings
from gurukool_localstack.origins import is_acceptable, may_call

_REFUSAL = b"The local cloud answers programs and pages of this machine only."


def install() -> None:
    get_current_runtime().components.gateway.request_handlers.insert(0, _refuse_strangers)


def _refuse_strangers(chain: Any, context: Any, _response: Any) -> None:
    request = context.request
    is_for_api = settings.current().is_api_port(request.environ.get("SERVER_PORT"))
    if is_for_api and not request.path.startswith("/_"):
        allowed = is_acceptable(request.headers.get("Host", ""))
    else:
        allowed = may_call(request.headers)
    if not allowed:
        chain.respond(HTTPStatus.FORBIDDEN, _REFUSAL)
