"""Liveness, and what the API says of itself."""

from typing import Any, Literal

import msgspec
from chalice.app import Blueprint

from chalicelib.entrypoints.http import endpoint

routes = Blueprint(__name__)


class Health(msgspec.Struct):
    status: Literal["ok"] = "ok"


@endpoint(routes, "GET", "/api/health", "Whether the API answers", head=True)
def health() -> Health:
    return Health()


@endpoint(routes, "GET", "/api/openapi.json", "This document", head=True)
def openapi() -> dict[str, Any]:
    from chalicelib.entrypoints.openapi import document

    return document()
