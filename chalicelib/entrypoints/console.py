"""Serves the web console: the page at `/` and its files at `console/<name>`.

Every address in the page is relative, so it works at the root and under a stage's prefix alike.
"""

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from chalice.app import Blueprint, NotFoundError, Response

routes = Blueprint(__name__)

FILES = Path(__file__).parent.parent / "console"
PAGE = "index.html"
# A flat folder of plainly named files: whatever else is asked for never reaches the disk.
FILE_NAME = re.compile(r"[a-z][a-z0-9-]*\.(css|html|js|svg)")
CONTENT_TYPES = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
# The page only ever writes text, so trusted types refuse all that would turn a string into markup or script.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
SECURITY_HEADERS: dict[str, str | list[str]] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class File(NamedTuple):
    body: str
    content_type: str
    etag: str


@routes.route("/", methods=["GET", "HEAD"])
def index() -> Response:
    return answer(routes, FILES / PAGE)


@routes.route("/console/{name}", methods=["GET", "HEAD"])
def file(name: str) -> Response:
    # The page's relative addresses hold at `/` only.
    if name == PAGE or not FILE_NAME.fullmatch(name) or not (FILES / name).is_file():
        raise NotFoundError("The console has no such file. Open the console at its own address.")
    return answer(routes, FILES / name)


def answer(routes: Blueprint, path: Path) -> Response:
    """The file, or that the browser still has it."""
    content = _read(path)
    # no-cache: the browser keeps the file but asks each time, so that the files of two releases never mix.
    headers = {**SECURITY_HEADERS, "Cache-Control": "no-cache", "ETag": content.etag}
    if _is_fresh(content.etag, routes.current_request.headers.get("if-none-match", "")):
        return Response(body="", headers=headers, status_code=304)
    return Response(body=content.body, headers={**headers, "Content-Type": content.content_type})


@cache
def _read(path: Path) -> File:
    """Read once in the life of a function's environment."""
    content = path.read_bytes()
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    return File(content.decode(), CONTENT_TYPES[path.suffix[1:]], etag)


def _is_fresh(etag: str, if_none_match: str) -> bool:
    """Whether the header If-None-Match (RFC 9110: a list, compared weakly) names `etag`."""
    known = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return "*" in known or etag in known
