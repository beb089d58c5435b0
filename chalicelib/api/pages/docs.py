"""Serves the page of the API's documentation at `/docs`, and its files at `docs/<name>`.

The page's relative addresses hold only without a slash at its end.
"""

from http import HTTPStatus
from pathlib import Path

from chalice.app import Response

from chalicelib.api.pages.console import FILE_NAME, SECURITY_HEADERS, read
from chalicelib.core.errors import NotFoundError
from chalicelib.web.call import Call
from chalicelib.web.files import answer_file
from chalicelib.web.routes import Routes

routes = Routes()

FILES = Path(__file__).parents[2] / "docs"
PAGE = "index.html"


@routes.page("/docs")
def docs(call: Call) -> Response:
    if str(call.request.context.get("path", "")).endswith("/"):
        return Response(body="", headers={"Location": "../docs"}, status_code=HTTPStatus.PERMANENT_REDIRECT)
    return answer_file(call, read(FILES / PAGE), SECURITY_HEADERS)


@routes.page("/docs/{name}")
def docs_file(call: Call, name: str) -> Response:
    if name == PAGE or not FILE_NAME.fullmatch(name) or not (FILES / name).is_file():
        raise NotFoundError("The API's page has no such file. Open the page at its own address.")
    return answer_file(call, read(FILES / name), SECURITY_HEADERS)
