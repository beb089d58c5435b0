"""Serves the web console: the page at `/` and its files at `console/<name>`.

Every address in the page is relative, so the page works at the root and under a stage's prefix alike. It
loads three files. Their names contain a hash of their content, so a browser keeps them for ever and asks only
for the page; page and files always belong to the same release.
"""

import re
from functools import cache
from pathlib import Path

from chalice.app import Response

from chalicelib.core.errors import NotFoundError
from chalicelib.web.call import Call
from chalicelib.web.files import IMMUTABLE, REVALIDATE, File, answer_file, digest
from chalicelib.web.routes import Routes

routes = Routes()

FILES = Path(__file__).parents[2] / "console"
PAGE = "index.html"
# The folders are flat and their files are named like this: no other name ever reaches the disk.
FILE_NAME = re.compile(r"[a-z][a-z0-9-]*\.(css|html|js|svg)")
# The page of the API's documentation uses these two as well, by their plain names.
SHARED = ("base.css", "icon.svg")
CONTENT_TYPES = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
# The page only writes text, so trusted types refuse whatever would turn a string into markup or script.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@routes.page("/")
def index(call: Call) -> Response:
    return answer_file(call, release()[PAGE], SECURITY_HEADERS)


@routes.page("/console/{name}")
def console_file(call: Call, name: str) -> Response:
    # The page's relative addresses hold at `/` only.
    if name == PAGE or name not in release():
        raise NotFoundError("The console has no such file. Open the console at its own address.")
    return answer_file(call, release()[name], SECURITY_HEADERS)


@cache
def release() -> dict[str, File]:
    """The files that a browser can ask for, by name. Made once in the life of a process."""
    from chalicelib.api.pages import bundle

    files = {name: read(FILES / name) for name in SHARED}
    page = (FILES / PAGE).read_text()
    loaded = {
        "main.css": bundle.styles(FILES / "main.css"),
        "main.js": bundle.script(FILES / "main.js"),
        "icon.svg": (FILES / "icon.svg").read_text(),
    }
    for name, text in loaded.items():
        hashed = _hashed_name(name, text)
        files[hashed] = _file(name, text, IMMUTABLE)
        page = page.replace(f'"console/{name}"', f'"console/{hashed}"')
    return {**files, PAGE: _file(PAGE, page)}


@cache
def read(path: Path) -> File:
    """The file as it is on the disk. Read once in the life of a process."""
    return _file(path.name, path.read_text())


def _file(name: str, text: str, cache_control: str = REVALIDATE) -> File:
    return File(text, CONTENT_TYPES[name.rpartition(".")[2]], cache_control)


def _hashed_name(name: str, text: str) -> str:
    stem, _, suffix = name.rpartition(".")
    return f"{stem}-{digest(text)[:16]}.{suffix}"
