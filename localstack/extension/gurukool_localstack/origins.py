"""Where a request comes from, according to its headers."""

import functools
from collections.abc import Mapping
from urllib.parse import urlsplit

# Their subdomains too, such as bucket.s3.localhost.localstack.cloud, which resolves to 127.0.0.1 everywhere.
_NAMES = ("localhost", "127.0.0.1", "::1", "localhost.localstack.cloud")


def is_of_this_machine(host: str) -> bool:
    """Whether `host`, with or without a port, can only be this machine.

    >>> is_of_this_machine("localhost:4566"), is_of_this_machine("localhost.example")
    (True, False)
    """
    name = _name(host)
    return name is not None and any(name == own or name.endswith(f".{own}") for own in _NAMES)


def is_acceptable(host: str) -> bool:
    """Whether `host` cannot be a name that an attacker points at this machine (DNS rebinding).

    An attacker needs a domain for that, and a domain has a dot. A name without a dot belongs to this network,
    and every browser sends a name.
    """
    name = _name(host)
    return name is not None and ("." not in name or is_of_this_machine(host))


@functools.lru_cache(128)
def is_plain(host: str) -> bool:
    """Whether `host` is acceptable, and no name under which LocalStack serves something of its own."""
    name = _name(host)
    return name == "127.0.0.1" or (name is not None and "." not in name)


def _name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return None


def may_call(headers: Mapping[str, str]) -> bool:
    """False if a web page of another origin sent the request, by its Origin or its Sec-Fetch-Site header.

    Programs send neither header. Following a link from another origin counts as a request of that origin.
    """
    origin = headers.get("Origin")
    return (
        is_acceptable(headers.get("Host", ""))
        and headers.get("Sec-Fetch-Site") != "cross-site"
        and (origin is None or is_of_this_machine(origin.partition("://")[2]))
    )
