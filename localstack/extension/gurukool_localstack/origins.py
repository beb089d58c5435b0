"""Where a request comes from, as far as its headers tell."""

from collections.abc import Mapping
from urllib.parse import urlsplit

# And what is below them, such as bucket.s3.localhost.localstack.cloud, which is 127.0.0.1 in every DNS.
_NAMES = ("localhost", "127.0.0.1", "::1", "localhost.localstack.cloud")


def is_of_this_machine(host: str) -> bool:
    """Whether `host`, with a port or without, can only mean this machine."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return any(name == own or name.endswith(f".{own}") for own in _NAMES)


def may_call(headers: Mapping[str, str]) -> bool:
    """False for what a page of another place has sent: by its Origin, or as browsers say themselves.

    Programs send neither header. A page that was opened from another place's link may not call either.
    """
    origin = headers.get("Origin")
    return (
        is_of_this_machine(headers.get("Host", ""))
        and headers.get("Sec-Fetch-Site") != "cross-site"
        and (origin is None or is_of_this_machine(origin.partition("://")[2]))
    )
