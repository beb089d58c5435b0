"""Hands a request to LocalStack's own gateway, in this process, as its web server would."""

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes

from localstack.runtime import get_current_runtime
from rolo.gateway.wsgi import WsgiGateway

from gurukool_localstack.http1.messages import Answer, Request

_OWN = ("connection", "content-length", "date", "transfer-encoding")  # of the server


def answer(request: Request, port: int) -> Answer:
    """What LocalStack answers at the port."""
    started: list[Any] = []

    def start_response(
        status: str, fields: Iterable[tuple[str, str]], _error: Any = None
    ) -> Callable[..., None]:
        started[:] = [int(status.split(" ", 1)[0]), list(fields)]
        return lambda _data: None

    gateway = WsgiGateway(get_current_runtime().components.gateway)
    pieces: Any = gateway(_environment(request, port), start_response)
    try:
        body = b"".join(pieces)
    finally:
        if hasattr(pieces, "close"):
            pieces.close()
    status, fields = started
    return Answer(status, [field for field in fields if field[0].lower() not in _OWN], body)


def _environment(request: Request, port: int) -> dict[str, Any]:
    path, _, query = request.target.partition("?")
    fields = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request.fields}
    return {
        **fields,
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path.encode("latin-1")).decode("latin-1"),
        "QUERY_STRING": query,
        "REQUEST_URI": request.target,
        "RAW_URI": request.target,
        "CONTENT_TYPE": request.header("content-type"),
        "CONTENT_LENGTH": str(len(request.body)),
        "SERVER_NAME": "localhost",
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": request.version,
        "REMOTE_ADDR": request.peer[0],
        "REMOTE_PORT": str(request.peer[1]),
        "rolo.headers": [(n.encode("latin-1"), v.encode("latin-1")) for n, v in _grouped(request)],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(request.body),
        "wsgi.input_terminated": True,
        "wsgi.errors": BytesIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def _grouped(request: Request) -> list[tuple[str, str]]:
    """The headers; those with the same name come one after the other, in the case of the last."""
    case = {name.lower(): name for name, _ in request.fields}
    return [(case[key], value) for key in case for name, value in request.fields if name.lower() == key]
