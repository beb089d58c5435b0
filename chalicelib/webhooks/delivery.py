"""What a delivery is made of, and what is recorded of it."""

import re
from typing import Annotated, Literal

import msgspec

from chalicelib.webhooks.urls import Url, UrlError

MAX_HEADERS = 20
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}")  # RFC 9110, section 5.6.2
_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,1022}[\x21-\x7e])?|")

# These headers belong to the connection, to the message framing, to this service, or to proxies on the way,
# which receivers trust to say who is calling.
_RESERVED = re.compile(
    "accept-encoding|connection|content-(encoding|length)|expect|host|keep-alive|proxy-.*|te|trailer"
    "|transfer-encoding|upgrade|gurukool-.*"
    "|forwarded|max-forwards|via|x-forwarded.*|x-(original|rewrite)-.*|x-real-ip|.*-client-ip|cf-connecting-ip",
    re.IGNORECASE,
)


class Delivery(msgspec.Struct, forbid_unknown_fields=True):
    """The payload of a request of type `http`. An absent body is none at all; `null` is the JSON value."""

    url: Annotated[str, msgspec.Meta(max_length=2048)]
    method: Literal["POST", "GET", "PUT", "PATCH", "DELETE"] = "POST"
    headers: Annotated[dict[str, str], msgspec.Meta(max_length=MAX_HEADERS)] = {}
    body: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)

    def __post_init__(self) -> None:
        """Raises ValueError."""
        _check_url(self.url)
        _check_headers(self.headers)
        if self.body:
            msgspec.json.decode(self.body)  # a Raw is only skipped over while the payload is read
        if self.body and self.method == "GET":
            raise ValueError("body must be left out of a GET")


class Receipt(msgspec.Struct):
    """The result: the receiver's answer."""

    status: int
    headers: dict[str, str]  # some
    body: str | None  # its beginning; null if it is not UTF-8
    truncated: bool  # whether some of the body is missing


def _check_url(text: str) -> None:
    try:
        Url.parse(text)
    except UrlError as error:
        raise ValueError(f"url {error}") from None


def _check_headers(headers: dict[str, str]) -> None:
    if len({name.lower() for name in headers}) < len(headers):
        raise ValueError("headers has the same name twice, in different case")
    for name, value in headers.items():
        _check_header(name, value)


def _check_header(name: str, value: str) -> None:
    if not _NAME.fullmatch(name):
        raise ValueError(f"headers has {name[:64]!r}, which is not a valid header name")
    if "_" in name:
        # CGI, WSGI and PHP make one variable of X_User and X-User: it could pass for a header of ours.
        raise ValueError(
            f"headers has {name}: it must not contain underscores, because many servers treat them as hyphens"
        )
    if _RESERVED.fullmatch(name):
        raise ValueError(f"headers must not contain {name}: this header is reserved")
    if not _VALUE.fullmatch(value):
        raise ValueError(
            f"headers.{name} must have at most 1024 printable ASCII characters and no space at either end"
        )
