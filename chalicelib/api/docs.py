"""Serves the API's page at `/docs` and its files at `docs/<name>`; like the console it needs nothing else.

The page's relative addresses hold without a slash at the end only.
"""

from http import HTTPStatus
from pathlib import Path

from chalice.app import Response

from chalicelib.api.console import FILE_NAME, answer
from chalicelib.core.errors import NotFoundError
from chalicelib.web.call import Call
from chalicelib.web.routes import Routes

routes = Routes()

FILES = Path(__file__).parent.parent / "docs"
PAGE = "index.html"


@routes.page("/docs")
def docs(call: Call) -> Response:
    if str(call.request.context.get("path", "")).endswith("/"):
        return Response(body="", headers={"Location": "../docs"}, status_code=HTTPStatus.PERMANENT_REDIRECT)
    return answer(call, FILES / PAGE)


@routes.page("/docs/{name}")
def file(call: Call, name: str) -> Response:
    if name == PAGE or not FILE_NAME.fullmatch(name) or not (FILES / name).is_file():
        raise NotFoundError("The API's page has no such file. Open the page at its own address.")
    return answer(call, FILES / name)
