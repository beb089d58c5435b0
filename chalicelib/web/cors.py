"""Calls from other sites' web pages: refused by browsers, unless the operator has named the site's origin."""

from collections.abc import Sequence
from http import HTTPStatus

from chalice.app import Request, Response

SHOWN = "Location, Retry-After, X-Request-Id, Idempotency-Replayed, Results-Omitted"
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, DELETE",
    # The star stands for what tracing agents add, whatever it is called; never Authorization.
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, traceparent, *",
    "Access-Control-Max-Age": "7200",
}


def headers(request: Request, origins: Sequence[str]) -> dict[str, str]:
    """For an answer: caches must know that it depends on who asks."""
    if not origins:
        return {}
    origin = request.headers.get("origin", "")
    allowed = {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": SHOWN}
    return {"Vary": "Origin", **(allowed if origin in origins else {})}


def preflight(request: Request, origins: Sequence[str]) -> Response | None:
    """The answer to a browser that asks whether it may, if this is one and it may."""
    asks = request.method == "OPTIONS" and request.headers.get("origin", "") in origins
    return Response("", {**PREFLIGHT}, HTTPStatus.NO_CONTENT) if asks else None
