"""The service itself: whether it runs, and its OpenAPI document."""

from typing import Any, Literal

import msgspec
from chalice.app import Response

from chalicelib.adapters.json.codec import encode
from chalicelib.container import Container
from chalicelib.version import VERSION
from chalicelib.web.addresses import server_of
from chalicelib.web.call import Call
from chalicelib.web.files import File, answer_file
from chalicelib.web.mounting import JSON
from chalicelib.web.routes import Routes

routes = Routes("Service")

DOCUMENT = "/api/openapi.json"


class Health(msgspec.Struct):
    status: Literal["ok"] = "ok"
    version: str = VERSION


@routes.endpoint("GET", "/api/health", "Check that the API is running", head=True)
def health() -> Health:
    return Health()


@routes.endpoint("GET", DOCUMENT, "Get this document", head=True)
def openapi(container: Container, call: Call) -> dict[str, Any] | Response:
    from chalicelib.api.assembly import document

    described = {**document(container), "servers": [{"url": server_of(call.request, DOCUMENT)}]}
    return answer_file(call, File(encode(described), JSON))
