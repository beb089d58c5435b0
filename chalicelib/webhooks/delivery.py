"""The payload of a delivery, and its result."""

import re
from typing import Annotated, Literal

import msgspec

from chalicelib.webhooks.urls import Url, UrlError

MAX_HEADERS = 20
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}")  # RFC 9110, section 5.6.2
_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,1022}[\x21-\x7e])?|")

# These headers belong to the connection, to the message framing, to this service, or to proxies on the way,
# which tell receivers where a call comes from.
_RESERVED = re.compile(
    "accept-encoding|connection|content-(encoding|length)|expect|host|keep-alive|proxy-.*|te|trailer"
    "|transfer-encoding|upgrade|gurukool-.*|webhook-.*"
    "|forwarded|max-forwards|via|x-forwarded.*|x-(original|rewrite)-.*|x-real-ip|.*-client-ip|cf-connecting-ip",
    re.IGNORECASE,
)


class Delivery(msgspec.Struct, forbid_unknown_fields=True):
    """The payload of a request of type `http`. Without `body` nothing is sent; `null` is sent as JSON."""

    url: Annotated[str, msgspec.Meta(max_length=2048)]
    method: Literal["POST", "GET", "PUT", "PATCH", "DELETE"] = "POST"
    headers: Annotated[dict[str, str], msgspec.Meta(max_length=MAX_HEADERS)] = {}
    body: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)

    def __post_init__(self) -> None:
        """Raises ValueError, whose message begins with the name of the member."""
        _check_url(self.url)
        _check_headers(self.headers)
        if self.body:
            msgspec.json.decode(self.body)  # while a payload is read, a Raw is skipped and not validated
        if self.body and self.method == "GET":
            raise ValueError("body must be left out of a GET")


class Receipt(msgspec.Struct):
    """The result of the request: what the receiver answered."""

    status: int
    headers: dict[str, str]  # those that answers.RECORDED names
    body: str | None  # its beginning; null if it is not UTF-8
    truncated: bool  # whether some of headers or body is missing


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
        # CGI, WSGI and PHP make one variable of Webhook_Id and Webhook-Id.
        raise ValueError(
            f"headers has {name}: it must not contain underscores, because many servers treat them as hyphens"
        )
    if _RESERVED.fullmatch(name):
        raise ValueError(f"headers must not contain {name}: this header is reserved")
    if not _VALUE.fullmatch(value):
        raise ValueError(
            f"headers.{name} must have at most 1024 printable ASCII characters and no space at either end"
        )
