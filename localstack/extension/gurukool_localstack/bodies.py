"""Two changes in how bodies of requests are read.

- A multipart body without a boundary is passed on unchanged. LocalStack itself answers it with 500.
- A Content-Type that was seen before is not parsed again: that took a tenth of LocalStack's CPU time.
"""

import functools
from typing import Any

from localstack.services.apigateway.next_gen.execute_api.handlers import parse
from rolo.request import restore_payload
from twisted.web import http

_KINDS = 128  # kept; callers may invent any number of them


def install() -> None:
    parse.restore_payload = _payload
    http._parseContentType = functools.lru_cache(_KINDS)(http._parseContentType)  # noqa: SLF001


def _payload(request: Any) -> bytes:
    nameless = request.mimetype == "multipart/form-data" and "=" not in request.content_type
    found: bytes = request.data if nameless else restore_payload(request)
    return found
