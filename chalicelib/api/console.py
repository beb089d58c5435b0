"""Serves the web console: the page at `/` and its files at `console/<name>`.

Every address in the page is relative, so it works at the root and under a stage's prefix alike. The page
loads three files. Their names contain a hash of their content, so a browser keeps them for ever and asks for
the page only; the page is never older or newer than its files.
"""

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from chalice.app import Response

from chalicelib.core.errors import NotFoundError
from chalicelib.web.call import Call
from chalicelib.web.routes import Routes

routes = Routes()

FILES = Path(__file__).parent.parent / "console"
PAGE = "index.html"
# A flat folder of plainly named files: whatever else is asked for never reaches the disk.
FILE_NAME = re.compile(r"[a-z][a-z0-9-]*\.(css|html|js|svg)")
# The API's page uses these two as well, by their plain names.
SHARED = ("base.css", "icon.svg")
CONTENT_TYPES = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
# The browser keeps the file but asks each time whether it is still the same.
ASK_EACH_TIME = "no-cache"
KEEP = "public, max-age=31536000, immutable"
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
    cache_control: str = ASK_EACH_TIME


@routes.page("/")
def index(call: Call) -> Response:
    return reply(call, release()[PAGE])


@routes.page("/console/{name}")
def file(call: Call, name: str) -> Response:
    # The page's relative addresses hold at `/` only.
    if name == PAGE or name not in release():
        raise NotFoundError("The console has no such file. Open the console at its own address.")
    return reply(call, release()[name])


@cache
def release() -> dict[str, File]:
    """What a browser can ask for, by name; made once in the life of a function's environment."""
    from chalicelib.web import bundle

    files = {name: _read(FILES / name) for name in SHARED}
    page = (FILES / PAGE).read_text()
    loaded = {
        "main.css": bundle.styles(FILES / "main.css"),
        "main.js": bundle.script(FILES / "main.js"),
        "icon.svg": (FILES / "icon.svg").read_text(),
    }
    for name, text in loaded.items():
        hashed = _hashed_name(name, text)
        files[hashed] = _file(name, text)._replace(cache_control=KEEP)
        page = page.replace(f'"console/{name}"', f'"console/{hashed}"')
    return {**files, PAGE: _file(PAGE, page)}


def answer(call: Call, path: Path) -> Response:
    """A file of the API's page, as it is on the disk."""
    return reply(call, _read(path))


def reply(call: Call, file: File) -> Response:
    """The file, or that the browser still has it."""
    headers = {**SECURITY_HEADERS, "Cache-Control": file.cache_control, "ETag": file.etag}
    if is_fresh(file.etag, call.request.headers.get("if-none-match", "")):
        return Response(body="", headers=headers, status_code=304)
    return Response(body=file.body, headers={**headers, "Content-Type": file.content_type})


@cache
def _read(path: Path) -> File:
    """Read once in the life of a function's environment."""
    return _file(path.name, path.read_text())


def _file(name: str, text: str) -> File:
    return File(text, CONTENT_TYPES[name.rpartition(".")[2]], f'"{_digest(text)}"')


def _hashed_name(name: str, text: str) -> str:
    stem, _, suffix = name.rpartition(".")
    return f"{stem}-{_digest(text)[:16]}.{suffix}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def is_fresh(etag: str, if_none_match: str) -> bool:
    """Whether the header If-None-Match (RFC 9110: a list, compared weakly) names `etag`."""
    known = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return "*" in known or etag in known
