"""Which IP addresses may be connected to, and finding a host's addresses."""

import socket
from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from queue import Empty, SimpleQueue
from threading import Thread

from chalicelib.webhooks.allowed_hosts import Network, NotAllowedError

type Resolve = Callable[[str, float], Sequence[str]]
"""The addresses of a host, asked for no longer than so many seconds. Raises OSError."""

type LookUp = Callable[[str], list[str] | OSError]

# All unicast addresses given out on the internet (RFC 4291, IANA). Outside are NAT64, mapped and local ones.
_INTERNET_6 = ip_network("2000::/3")
# Public by their number, yet no hosts of the internet: 6to4 relays, Azure's metadata service, documentation.
_NOT_HOSTS = [ip_network(text) for text in ("192.88.99.0/24", "168.63.129.16/32", "3fff::/20")]


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether it is an ordinary host of the internet: not private, local, shared, reserved or multicast."""
    if isinstance(address, IPv6Address) and address not in _INTERNET_6:
        return False
    special = address.is_multicast or address.is_reserved or any(address in part for part in _NOT_HOSTS)
    return address.is_global and not special


def permitted(addresses: Iterable[str], networks: Sequence[Network]) -> list[str]:
    """Those that may be connected to. Raises NotAllowedError if there are none."""
    found = [text for text in addresses if _may_call(ip_address(text), networks)]
    if not found:
        raise NotAllowedError(
            "The host's address is not on the public internet, and the operator has not allowed it."
        )
    return found


def _may_call(address: IPv4Address | IPv6Address, networks: Sequence[Network]) -> bool:
    return is_public(address) or any(address in network for network in networks)


def look_up(host: str) -> list[str] | OSError:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        return error
    return [str(address[0]) for *_, address in found]


def resolve(host: str, seconds: float, look_up: LookUp = look_up) -> Sequence[str]:
    """By the system's resolver, which knows no time limit and so gets a thread of its own."""
    answers: SimpleQueue[list[str] | OSError] = SimpleQueue()
    Thread(target=lambda: answers.put(look_up(host)), daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except Empty:
        raise TimeoutError from None
    if isinstance(answer, OSError):
        raise answer
    return answer
