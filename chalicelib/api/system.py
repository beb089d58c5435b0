"""Liveness, and what the API says of itself."""

import hashlib
import re
from http import HTTPStatus
from typing import Any, Literal

import msgspec
from chalice.app import Request, Response

from chalicelib.adapters.json.codec import encode
from chalicelib.api.console import is_fresh
from chalicelib.container import Container
from chalicelib.web.call import Call
from chalicelib.web.mounting import JSON
from chalicelib.web.routes import Routes

routes = Routes()

DOCUMENT = "/api/openapi.json"
LOOPBACK = ("localhost", "127.0.0.1")
HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]+)?")


class Health(msgspec.Struct):
    status: Literal["ok"] = "ok"


@routes.endpoint("GET", "/api/health", "Check that the API is running", head=True)
def health() -> Health:
    return Health()


@routes.endpoint("GET", DOCUMENT, "Get this document", head=True)
def openapi(container: Container, call: Call) -> dict[str, Any] | Response:
    from chalicelib.api.assembly import document

    described = document(container.handlers)
    text = encode({**described, "servers": [{"url": _server(call.request)}]})
    etag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    headers: dict[str, str | list[str]] = {"ETag": etag, "Cache-Control": "no-cache"}
    if is_fresh(etag, call.request.headers.get("if-none-match", "")):
        return Response("", headers, HTTPStatus.NOT_MODIFIED)
    return Response(text, {**headers, "Content-Type": JSON})


def _server(request: Request) -> str:
    """Where the document was asked for, with the stage's prefix: a saved copy needs the whole address."""
    host = request.headers.get("host", "")
    if not HOST.fullmatch(host):
        return "/"
    context: dict[str, Any] = request.context
    prefix = str(context.get("path", "")).rstrip("/").removesuffix(DOCUMENT)
    if host.partition(":")[0] in LOOPBACK:  # locally a port stands for the stage
        prefix = ""
    return f"{request.headers.get('x-forwarded-proto', 'https').lower()}://{host}{prefix}"
