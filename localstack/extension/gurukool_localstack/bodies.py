"""Passes on a multipart body without a boundary unchanged. LocalStack itself answers it with 500."""

from typing import Any

from localstack.services.apigateway.next_gen.execute_api.handlers import parse
from rolo.request import restore_payload


def install() -> None:
    parse.restore_payload = _payload


def _payload(request: Any) -> bytes:
    nameless = request.mimetype == "multipart/form-data" and "=" not in request.content_type
    found: bytes = request.data if nameless else restore_payload(request)
    return found
