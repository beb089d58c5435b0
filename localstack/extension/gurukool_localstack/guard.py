"""Keeps web pages of other places away from the local cloud, before anything else looks at a request.

A browser sends a page's calls to this machine too, and LocalStack would carry many of them out. It does not
look at the Host, so a name that an attacker points at 127.0.0.1 is as good as localhost, nor at calls without
CORS. The API itself, on its own port, looks after Origins as it does on AWS; its Host is looked at here.
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
    is_for_api = request.environ.get("SERVER_PORT") == str(settings.current().api_port)
    if is_for_api and not request.path.startswith("/_"):
        allowed = is_acceptable(request.headers.get("Host", ""))
    else:
        allowed = may_call(request.headers)
    if not allowed:
        chain.respond(HTTPStatus.FORBIDDEN, _REFUSAL)
