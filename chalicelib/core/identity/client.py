"""Where a call comes from."""

from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Self


@dataclass(frozen=True, slots=True)
class Client:
    """The program that calls, and where it calls from."""

    name: str = ""  # what it calls itself
    network: str = ""  # from where it calls, see `network_of`

    @classmethod
    def at(cls, address: str, name: str = "") -> Self:
        return cls(name, network_of(address))


def network_of(address: str) -> str:
    """The address itself; of an IPv6 address the first 64 bits, since one customer has all that begin so.

    >>> network_of("192.0.2.1"), network_of("2001:db8::1")
    ('192.0.2.1', '2001:db8::/64')
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(IPv6Network((parsed, 64), strict=False))
