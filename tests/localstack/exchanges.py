"""Requests to the API's port and to the edge, and what of their answers can be compared."""

import json
import re
import socket
from dataclasses import dataclass
from typing import Any

from local_cloud.ports import HOST


@dataclass(frozen=True)
class Case:
    target: str = "/"
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    chunked: bool = False


def exchange(port: int, prefix: str, case: Case) -> tuple[int, dict[str, list[str]], Any]:
    """The status, the headers and the body, without what differs from call to call and between the ports."""
    with socket.create_connection((HOST, port), timeout=30) as client:
        client.sendall(rendered(prefix, case))
        raw = b""
        while piece := client.recv(65536):
            raw += piece
    head, _, body = raw.partition(b"\r\n\r\n")
    line, *fields = head.decode("latin-1").split("\r\n")
    headers: dict[str, list[str]] = {}
    for name, _, value in (field.partition(": ") for field in fields):
        headers.setdefault(name, []).append(value)
    return int(line.split()[1]), comparable_headers(headers), comparable_body(body)


def rendered(prefix: str, case: Case) -> bytes:
    fields = [("Host", "localhost"), ("Connection", "close"), *case.headers]
    if case.chunked:
        fields.append(("Transfer-Encoding", "chunked"))
    elif case.body:
        fields.append(("Content-Length", str(len(case.body))))
    head = "".join(f"{name}: {value}\r\n" for name, value in fields)
    body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(case.body), case.body) if case.chunked else case.body
    return f"{case.method} {prefix}{case.target} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body


def comparable_headers(headers: dict[str, list[str]]) -> dict[str, list[str]]:
    """Without those of the two servers; AWS sends neither Server nor x-localstack."""
    ignored = ("Server", "x-localstack", "Date", "Connection")
    kept = {name: values for name, values in headers.items() if name not in ignored}
    return {name: [anonymous(value) for value in values] for name, values in kept.items()}


def comparable_body(body: bytes) -> Any:
    try:
        event = json.loads(body)
        context = event["requestContext"]
    except (ValueError, KeyError, TypeError):
        return body
    for name in ("requestId", "extendedRequestId", "requestTime", "requestTimeEpoch"):
        assert context.pop(name)
    for headers in (event["headers"], event["multiValueHeaders"]):
        assert headers.pop("X-Forwarded-Port")
    return json.loads(anonymous(json.dumps(event)))


def anonymous(text: str) -> str:
    """Without random ids, except those of a trace that the client gave."""
    text = re.sub(r"Root=1-(?!5759e988)[0-9a-f-]+", "Root=…", text)
    text = re.sub(r"Parent=(?!53995c3f)[0-9a-f]+", "Parent=…", text)
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{8}=", "…", text)
