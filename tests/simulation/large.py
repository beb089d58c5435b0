"""Payloads and results that are items of their own, and what must hold of them."""

from dataclasses import replace
from zlib import crc32

from chalicelib.adapters.memory.tables import MemoryTables
from chalicelib.adapters.memory.texts import MemoryTexts
from chalicelib.core.queueing.request import Request
from chalicelib.core.queueing.stored_text import LARGE_BYTES
from chalicelib.core.queueing.texts import PAYLOAD, TextKey
from tests.simulation.history import Violation
from tests.simulation.uploading import upload_of

FILLING = " " * LARGE_BYTES


def perhaps_large(text: str) -> str:
    """Every second one becomes too large for its request. The same text always does."""
    return text + FILLING if crc32(text.encode()) % 2 else text


def result_of(request: Request) -> str:
    """What an attempt at the request returns: no other attempt returns the same."""
    return perhaps_large(f'"{request.user_id} {request.seq} by {request.attempt_token}"')


def payload_of(tables: MemoryTables, request: Request) -> str:
    """As it is stored, wherever that is."""
    if request.upload:
        return upload_of(tables, request)
    if not request.payload_bytes:
        return request.payload
    text = tables.texts.get((request.user_id, TextKey(request.seq, PAYLOAD)))
    if text is None:
        raise Violation(f"the payload of {request.seq} is not there")
    return text.text


def stored_result(tables: MemoryTables, request: Request) -> str | None:
    """Wherever that is."""
    key = TextKey(request.seq, request.attempts)
    found = MemoryTexts(tables).read_texts(request.user_id, [key])
    return found.get(key) if request.result_bytes else request.result


def whole(tables: MemoryTables, request: Request) -> Request:
    """With its texts in itself, to be remembered when both are gone."""
    payload, result = payload_of(tables, request), stored_result(tables, request)
    whole = replace(request, payload=payload, payload_bytes=0, upload=None)
    return replace(whole, result=result, result_bytes=0)


def check_result(tables: MemoryTables, request: Request) -> None:
    """It is that of the attempt which has ended the request."""
    stored = stored_result(tables, request)
    if stored != result_of(request):
        raise Violation(f"{request.seq} has the result {(stored or 'none').strip()} of another attempt")


def check_handed_out(request: Request) -> None:
    """A result that was shown is that of the attempt which has ended the request."""
    if request.result != result_of(request):
        raise Violation(f"{request.seq} was shown with the result of another attempt, or with none")
