"""Liveness, and what the API says of itself."""

from typing import Any, Literal

import msgspec
from chalice.app import Blueprint

from chalicelib.entrypoints.http import Call, endpoint

routes = Blueprint(__name__)

DOCUMENT = "/api/openapi.json"


class Health(msgspec.Struct):
    status: Literal["ok"] = "ok"


@endpoint(routes, "GET", "/api/health", "Whether the API answers")
def health() -> Health:
    return Health()


@endpoint(routes, "GET", DOCUMENT, "This document")
def openapi(call: Call) -> dict[str, Any]:
    from chalicelib.entrypoints.openapi import document

    # The gateway's path has the stage in front.
    prefix = str(call.request.context.get("path", DOCUMENT)).removesuffix(DOCUMENT)
    return document(prefix or "/")
