"""Where a request comes from, as far as its headers tell."""

from collections.abc import Mapping
from urllib.parse import urlsplit

# And what is below them, such as bucket.s3.localhost.localstack.cloud, which is 127.0.0.1 in every DNS.
_NAMES = ("localhost", "127.0.0.1", "::1", "localhost.localstack.cloud")


def is_of_this_machine(host: str) -> bool:
    """Whether `host`, with a port or without, can only mean this machine."""
    name = _name(host)
    return name is not None and any(name == own or name.endswith(f".{own}") for own in _NAMES)


def is_acceptable(host: str) -> bool:
    """Whether no stranger can have pointed this name at this machine (DNS rebinding).

    That takes a domain of the stranger's own, which has a dot. Names without one are of this network, and a
    request without any is no browser's.
    """
    name = _name(host)
    return name is not None and ("." not in name or is_of_this_machine(host))


def _name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return None


def may_call(headers: Mapping[str, str]) -> bool:
    """False for what a page of another place has sent: by its Origin, or as browsers say themselves.

    Programs send neither header. A page that was opened from another place's link may not call either.
    """
    origin = headers.get("Origin")
    return (
        is_acceptable(headers.get("Host", ""))
        and headers.get("Sec-Fetch-Site") != "cross-site"
        and (origin is None or is_of_this_machine(origin.partition("://")[2]))
    )
