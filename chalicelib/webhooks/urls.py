"""Web addresses, read more strictly than the standards ask.

What is read here is what is connected to: no second parser sees the text, so none can disagree with this one.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Self
from urllib.parse import quote, urljoin

DEFAULT_PORTS = {"http": 80, "https": 443}

# RFC 3986, section 3.3, and the brackets of `?filter[a]=1`, which clients and servers use unencoded.
_CHARACTER = r"(?:[\w.~!$&'()*+,;=:@/\[\]-]|%[0-9a-f]{2})"
_HOST = r"\[[0-9a-f:.]+\]|[0-9a-z.-]+"
_PORT = r"(?::(?P<port>[1-9][0-9]{0,4}))?"
_FLAGS = re.ASCII | re.IGNORECASE
_ORIGIN = re.compile(rf"(?P<scheme>https?)://(?P<host>{_HOST}){_PORT}", _FLAGS)
_RESOURCE = re.compile(rf"/{_CHARACTER}*(?:\?(?:{_CHARACTER}|\?)*)?", _FLAGS)

# Characters that quote() leaves alone: those that an address may have, and those that none may have (control
# characters, a backslash), so that the address is refused instead of changed.
_AS_WRITTEN = "!#$%&'()*+,/:;=?@[]\\\x7f" + "".join(map(chr, range(0x20)))

_LABEL = r"[0-9a-z](?:[0-9a-z-]{0,61}[0-9a-z])?"
# The last label begins with a letter: 127.1, 0177.0.0.1 and 0x7f000001 are no names.
_NAME = re.compile(rf"(?=.{{1,253}}\Z)(?:{_LABEL}\.)*(?=[a-z]){_LABEL}", re.ASCII)


class UrlError(ValueError):
    """The message completes a sentence that begins with what was read: "must be …"."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A server, as RFC 6454 tells one from another."""

    scheme: str
    host: str  # a name in lower case, or an IP address in its canonical form without brackets
    port: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises UrlError."""
        found = _ORIGIN.fullmatch(text)
        if found is None:
            raise UrlError(f"must be like https://host/path or http://host:port/path, not {text[:100]!r}")
        scheme = found["scheme"].lower()
        port = int(found["port"] or DEFAULT_PORTS[scheme])
        if port >= 2**16:
            raise UrlError(f"must have a port from 1 to 65535, not {port}")
        return cls(scheme, canonical_host(found["host"].lower()), port)

    @property
    def authority(self) -> str:
        """As the Host header has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Url:
    origin: Origin
    resource: str  # path and query

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises UrlError."""
        scheme, slashes, rest = text.partition("://")
        end = next((at for at, char in enumerate(rest) if char in "/?#"), len(rest))
        resource = rest[end:] if rest[end:].startswith("/") else "/" + rest[end:]
        if not _RESOURCE.fullmatch(resource):
            raise UrlError("must have a path of ASCII characters, others percent-encoded, and no fragment")
        return cls(Origin.parse(scheme + slashes + rest[:end]), resource)

    def join(self, location: str) -> Self:
        """Where a redirect from here leads; a fragment says nothing to a server and is dropped.

        Servers write spaces, UTF-8 and the like into Location, and clients encode them. `location` is as
        http.client has it, each byte a character. Raises UrlError.
        """
        target = quote(location.partition("#")[0].strip(" ").encode("latin-1"), safe=_AS_WRITTEN)
        try:
            joined = urljoin(f"{self.origin.scheme}://{self.origin.authority}{self.resource}", target)
        except ValueError:
            raise UrlError("must be an address") from None
        return self.parse(joined)


def canonical_host(text: str) -> str:
    """Raises UrlError if it is neither a host name in ASCII nor an IP address in its usual form."""
    if _NAME.fullmatch(text):
        return text
    bracketed = text.startswith("[")
    try:
        address = ip_address(text.strip("[]"))
    except ValueError:
        raise UrlError(f"must name a host in lower-case ASCII or by its IP address, not {text!r}") from None
    if isinstance(address, IPv6Address) != bracketed:
        raise UrlError(f"must have brackets around an IPv6 address and only there, not {text!r}")
    return str(address)
