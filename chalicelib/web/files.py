"""Static files as browsers and caches like them: with an entity tag, and not sent twice."""

import hashlib
from http import HTTPStatus
from typing import NamedTuple

from chalice.app import Response

from chalicelib.web.call import Call

# The browser keeps the file, and asks each time whether it is still current.
REVALIDATE = "no-cache"
# For a file whose name contains a hash of its content.
IMMUTABLE = "public, max-age=31536000, immutable"


class File(NamedTuple):
    body: str
    content_type: str
    cache_control: str = REVALIDATE

    @property
    def etag(self) -> str:
        return f'"{digest(self.body)}"'


def answer_file(call: Call, file: File, headers: dict[str, str] | None = None) -> Response:
    """The file with these headers, or 304 if the browser has it already."""
    sent: dict[str, str | list[str]] = {
        **(headers or {}),
        "Cache-Control": file.cache_control,
        "ETag": file.etag,
    }
    if is_current(file.etag, call.request.headers.get("if-none-match", "")):
        return Response("", sent, HTTPStatus.NOT_MODIFIED)
    return Response(file.body, {**sent, "Content-Type": file.content_type})


def is_current(etag: str, if_none_match: str) -> bool:
    """Whether the header If-None-Match (RFC 9110: a list, compared weakly) names `etag`.

    >>> is_current('"b"', 'W/"a", W/"b"'), is_current('"b"', '"a"')
    (True, False)
    """
    named = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return "*" in named or etag in named


def digest(text: str) -> str:
    """128 bits of the text's SHA-256, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]
