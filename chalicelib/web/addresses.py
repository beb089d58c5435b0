"""The address under which the service was called."""

import re
from typing import Any

from chalice.app import Request

LOOPBACK = ("localhost", "127.0.0.1")
HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]+)?")


def server_of(request: Request, own: str) -> str:
    """The address of this call without its path, which begins with `own`; "/" if the call does not say."""
    host = request.headers.get("host", "")
    if not HOST.fullmatch(host):
        return "/"
    context: dict[str, Any] = request.context
    prefix = str(context.get("path", "")).rpartition(own)[0]
    if host.partition(":")[0] in LOOPBACK:  # locally a port stands for the stage
        prefix = ""
    return f"{request.headers.get('x-forwarded-proto', 'https').lower()}://{host}{prefix}"
