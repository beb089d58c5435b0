"""Receives traces, and keeps the last of them: X-Ray segments by UDP, as the daemon does, and OTLP over HTTP.

    POST /_gurukool/v1/traces            ExportTraceServiceRequest as JSON, at the edge
    GET  /_gurukool/traces[?id=TRACE]    the spans, the oldest first

Functions get the address of the UDP port as AWS_XRAY_DAEMON_ADDRESS. `trace_service` answers
X-Ray's call with what is kept.
"""

import json
import socket
import threading
from collections import deque
from http import HTTPStatus
from typing import Any

from localstack.runtime import get_current_runtime

from gurukool_localstack import settings
from gurukool_localstack.trace_documents import of_export, of_segment

PATH, OTLP_PATH = "/_gurukool/traces", "/_gurukool/v1/traces"
MOST = 5_000  # spans
_DATAGRAM = 65_535
_MALFORMED = (ValueError, KeyError, TypeError, AttributeError, RecursionError)
_spans: deque[dict[str, Any]] = deque(maxlen=MOST)
_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


def install() -> None:
    _socket.bind(("127.0.0.1", 0))
    threading.Thread(target=_receive, name="gurukool-x-ray", daemon=True).start()
    get_current_runtime().components.gateway.request_handlers.insert(0, _answer)


def daemon_address() -> str:
    host, port = _socket.getsockname()
    return f"{host}:{port}"


def kept() -> list[dict[str, Any]]:
    """All spans, the oldest first; one that came both ways is one."""
    return list({(span["trace_id"], span["id"]): span for span in list(_spans)}.values())


def _receive() -> None:
    while True:
        _, _, text = _socket.recv(_DATAGRAM).partition(b"\n")  # after a header
        try:
            _spans.extend(list(of_segment(json.loads(text))))  # all of the document or nothing
        except _MALFORMED:
            continue  # the daemon drops what is no segment, too


def _answer(chain: Any, context: Any, _response: Any) -> None:
    request = context.request
    if settings.current().is_api_port(request.environ.get("SERVER_PORT")):
        return
    if request.path == OTLP_PATH and request.method == "POST":
        try:
            _spans.extend(list(of_export(json.loads(request.get_data()))))
        except _MALFORMED:
            chain.respond(HTTPStatus.BAD_REQUEST, b"{}")
        else:
            chain.respond(HTTPStatus.OK, b"{}", {"Content-Type": "application/json"})
    elif request.path == PATH and request.method == "GET":
        wanted = request.args.get("id")
        found = [span for span in kept() if wanted in (None, span["trace_id"])]
        chain.respond(HTTPStatus.OK, json.dumps(found).encode(), {"Content-Type": "application/json"})
