"""Serves the API's page at `/docs` and its files at `docs/<name>`; like the console it needs nothing else.

The page's relative addresses hold without a slash at the end only.
"""

from http import HTTPStatus
from pathlib import Path

from chalice.app import Blueprint, NotFoundError, Response

from chalicelib.api.console import FILE_NAME, answer

routes = Blueprint(__name__)

FILES = Path(__file__).parent.parent / "docs"
PAGE = "index.html"


@routes.route("/docs", methods=["GET", "HEAD"])
def docs() -> Response:
    if str(routes.current_request.context.get("path", "")).endswith("/"):
        return Response(body="", headers={"Location": "../docs"}, status_code=HTTPStatus.PERMANENT_REDIRECT)
    return answer(routes, FILES / PAGE)


@routes.route("/docs/{name}", methods=["GET", "HEAD"], name="docs_file")
def file(name: str) -> Response:
    if name == PAGE or not FILE_NAME.fullmatch(name) or not (FILES / name).is_file():
        raise NotFoundError("The API's page has no such file. Open the page at its own address.")
    return answer(routes, FILES / name)
