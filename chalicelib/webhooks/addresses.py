"""Which IP addresses may be connected to, and how the addresses of a host are found."""

import socket
from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from queue import Empty, SimpleQueue
from threading import Thread

from chalicelib.webhooks.allowed_hosts import Network, NotAllowedError

type Resolve = Callable[[str, float], Sequence[str]]
"""The addresses of a host, within the given seconds. Raises OSError."""

type LookUp = Callable[[str], list[str] | OSError]

# All unicast addresses of the internet (RFC 4291, IANA). NAT64, mapped and local ones are outside.
_INTERNET_6 = ip_network("2000::/3")
# Public by their number, but not hosts of the internet: 6to4 relays, Azure's metadata service, documentation.
_NOT_HOSTS = [ip_network(text) for text in ("192.88.99.0/24", "168.63.129.16/32", "3fff::/20")]


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether it is an ordinary address of the internet: not private, local, shared, reserved or multicast.

    >>> is_public(ip_address("8.8.8.8")), is_public(ip_address("169.254.169.254"))
    (True, False)
    """
    if isinstance(address, IPv6Address) and address not in _INTERNET_6:
        return False
    special = address.is_multicast or address.is_reserved or any(address in part for part in _NOT_HOSTS)
    return address.is_global and not special


def permitted(addresses: Iterable[str], networks: Sequence[Network]) -> list[str]:
    """The addresses that are public or in one of the networks. Raises NotAllowedError if none is.

    The message names no address: it is shown to users, and DNS can point to anything inside.
    """
    found = [text for text in addresses if _may_call(ip_address(text), networks)]
    if not found:
        raise NotAllowedError(
            "The host's address is not on the public internet, and the operator has not allowed it."
        )
    return found


def _may_call(address: IPv4Address | IPv6Address, networks: Sequence[Network]) -> bool:
    return is_public(address) or any(address in network for network in networks)


def look_up(host: str) -> list[str] | OSError:
    """The addresses that the system's resolver finds; it has no time limit."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        return error
    return [str(address[0]) for *_, address in found]


def resolve(host: str, seconds: float, look_up: LookUp = look_up) -> Sequence[str]:
    """The addresses of the host, within the given seconds. Raises OSError, in particular TimeoutError.

    `look_up` has no time limit, so it runs in a thread of its own, which is left alone when time is over.
    """
    answers: SimpleQueue[list[str] | OSError] = SimpleQueue()
    Thread(target=lambda: answers.put(look_up(host)), daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except Empty:
        raise TimeoutError from None
    if isinstance(answer, OSError):
        raise answer
    return answer
