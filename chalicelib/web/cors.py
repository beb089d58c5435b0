"""Calls from the web pages of other sites: browsers refuse them, unless the operator has named the site."""

from collections.abc import Sequence
from http import HTTPStatus

from chalice.app import Request, Response

METHODS = "GET, POST, DELETE"
PREFLIGHT_SECONDS = "7200"  # how long a browser need not ask again


class Cors:
    """The headers that pages of other sites may send and read. `origins` are those that are allowed."""

    def __init__(self, sent: str, read: str) -> None:
        """As the lists of Access-Control-Allow-Headers and of Access-Control-Expose-Headers."""
        self._sent = sent
        self._read = read

    def headers(self, request: Request, origins: Sequence[str]) -> dict[str, str]:
        """The headers of an answer. `Vary` tells caches that it depends on the origin."""
        if not origins:
            return {}
        origin = request.headers.get("origin", "")
        allowed = {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": self._read}
        return {"Vary": "Origin", **(allowed if origin in origins else {})}

    def preflight(self, request: Request, origins: Sequence[str]) -> Response | None:
        """The answer to a browser that asks for permission; None if this is another call, or not allowed."""
        if request.method != "OPTIONS" or request.headers.get("origin", "") not in origins:
            return None
        headers: dict[str, str | list[str]] = {
            "Access-Control-Allow-Methods": METHODS,
            "Access-Control-Allow-Headers": self._sent,
            "Access-Control-Max-Age": PREFLIGHT_SECONDS,
        }
        return Response("", headers, HTTPStatus.NO_CONTENT)
