"""The service itself: whether it runs, and its OpenAPI document."""

import re
from typing import Any, Literal

import msgspec
from chalice.app import Request, Response

from chalicelib.adapters.json.codec import encode
from chalicelib.container import Container
from chalicelib.version import VERSION
from chalicelib.web.call import Call
from chalicelib.web.files import File, answer_file
from chalicelib.web.mounting import JSON
from chalicelib.web.routes import Routes

routes = Routes("Service")

DOCUMENT = "/api/openapi.json"
LOOPBACK = ("localhost", "127.0.0.1")
HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]+)?")


class Health(msgspec.Struct):
    status: Literal["ok"] = "ok"
    version: str = VERSION


@routes.endpoint("GET", "/api/health", "Check that the API is running", head=True)
def health() -> Health:
    return Health()


@routes.endpoint("GET", DOCUMENT, "Get this document", head=True)
def openapi(container: Container, call: Call) -> dict[str, Any] | Response:
    from chalicelib.api.assembly import document

    described = {**document(container), "servers": [{"url": _server(call.request)}]}
    return answer_file(call, File(encode(described), JSON))


def _server(request: Request) -> str:
    """The address of this call without its path: whoever saves the document needs the whole address."""
    host = request.headers.get("host", "")
    if not HOST.fullmatch(host):
        return "/"
    context: dict[str, Any] = request.context
    prefix = str(context.get("path", "")).rstrip("/").removesuffix(DOCUMENT)
    if host.partition(":")[0] in LOOPBACK:  # locally a port stands for the stage
        prefix = ""
    return f"{request.headers.get('x-forwarded-proto', 'https').lower()}://{host}{prefix}"
