"""The hosts that the operator has allowed, as the setting ALLOWED_HOSTS lists them.

hooks.example.com           https on port 443
hooks.example.com:8443      https on that port
*.example.com               every name below example.com, but not example.com itself
http://hooks.example.com    without TLS, which has to be said
10.0.0.5                    this very address, private or not
hooks.internal=10.0.0.0/16  a name whose addresses may also be in this network, private or not
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Self

from chalicelib.webhooks.urls import Origin, UrlError

type Network = IPv4Network | IPv6Network

_FORM = "must list hosts such as hooks.example.com, *.example.com:8443, http://hooks.internal=10.0.0.0/16"


class NotAllowedError(Exception):
    """A host or its address may not be called. The message is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the setting."""

    origin: Origin
    below: bool  # the names below the origin's host instead of that host itself
    networks: tuple[Network, ...]  # where its addresses may be besides the public internet

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError for a text of any other form than those at the top of this file."""
        address, equals, network = text.partition("=")
        scheme, _, rest = address.rpartition("://")
        below = rest.startswith("*.")
        origin = Origin.parse(f"{scheme or 'https'}://{rest.removeprefix('*.')}")
        if below and ("." not in origin.host or _own_network(origin.host)):
            raise UrlError("must have a name of two parts or more after the *")
        networks = (ip_network(network),) if equals else _own_network(origin.host)
        return cls(origin, below, networks)

    def covers(self, origin: Origin) -> bool:
        """Whether the entry allows this server. Scheme and port must be those of the entry."""
        if (self.origin.scheme, self.origin.port) != (origin.scheme, origin.port):
            return False
        return origin.host.endswith(f".{self.origin.host}") if self.below else origin.host == self.origin.host


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """All entries of the setting; none allows nothing.

    >>> hosts = AllowedHosts.parse("*.example.com, hooks.internal=10.0.0.0/16")
    >>> hosts.networks_of(Origin.parse("https://hooks.internal"))
    [IPv4Network('10.0.0.0/16')]
    """

    entries: tuple[Entry, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """`text`: entries with commas between them. Raises ValueError, whose message completes "it …"."""
        return cls(tuple(_entry(part.strip()) for part in text.split(",") if text.strip()))

    def networks_of(self, origin: Origin) -> Sequence[Network]:
        """The networks in which the server's addresses may be, besides the public internet.

        Raises NotAllowedError if the server is not allowed at all.
        """
        found = [entry for entry in self.entries if entry.covers(origin)]
        if not found:
            raise NotAllowedError(
                f"{origin.scheme}://{origin.authority} is not an allowed host. Ask the operator to allow it."
            )
        return [network for entry in found for network in entry.networks]


def _entry(text: str) -> Entry:
    try:
        return Entry.parse(text)
    except ValueError:
        raise ValueError(f"{_FORM}; {text!r} is not one") from None


def _own_network(host: str) -> tuple[Network, ...]:
    """The network of this address alone, if the host is an address."""
    try:
        return (ip_network(ip_address(host)),)
    except ValueError:
        return ()
