"""URLs, parsed more strictly than the standards ask.

The connection is made to what is parsed here. No second parser sees the text, so none can disagree.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Self
from urllib.parse import quote, urljoin

DEFAULT_PORTS = {"http": 80, "https": 443}
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

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
    """A text is not a URL that is accepted. The message completes a sentence about it: "must be …"."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A server: scheme, host and port, as in RFC 6454."""

    scheme: str
    host: str  # a name in lower case, or an IP address in its canonical form without brackets
    port: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """The server that the text names, without a path. Raises UrlError.

        >>> Origin.parse("https://Hooks.Example.com")
        Origin(scheme='https', host='hooks.example.com', port=443)
        """
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
        """Host and port as in the header `Host`: the port is left out if it is the default of the scheme."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Url:
    """A URL, split where a client needs it split."""

    origin: Origin
    resource: str  # path and query

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises UrlError, for user names, fragments and characters that are not percent-encoded, too."""
        scheme, slashes, rest = text.partition("://")
        end = next((at for at, char in enumerate(rest) if char in "/?#"), len(rest))
        resource = rest[end:] if rest[end:].startswith("/") else "/" + rest[end:]
        if not _RESOURCE.fullmatch(resource):
            raise UrlError("must have a path of ASCII characters, others percent-encoded, and no fragment")
        return cls(Origin.parse(scheme + slashes + rest[:end]), resource)

    def join(self, location: str) -> Self:
        """The URL to which a redirect from this one leads. Raises UrlError.

        Servers write spaces and UTF-8 into Location, so these are percent-encoded, as other clients do. A
        fragment is removed, since it is never sent. In `location` a byte is a character, as in http.client.
        """
        target = quote(location.partition("#")[0].strip(" ").encode("latin-1"), safe=_AS_WRITTEN)
        try:
            joined = urljoin(f"{self.origin.scheme}://{self.origin.authority}{self.resource}", target)
        except ValueError:
            raise UrlError("must be an address") from None
        return self.parse(joined)


def secure(text: str) -> Url:
    """A URL whose answers nobody can change on their way: of https, or of http on this machine.

    Raises UrlError.

    >>> secure("http://127.0.0.1:8080/keys").resource
    '/keys'
    """
    url = Url.parse(text)
    if url.origin.scheme != "https" and url.origin.host not in LOOPBACK:
        raise UrlError("must begin with https://, or with http:// on this machine alone")
    return url


def canonical_host(text: str) -> str:
    """The host as it is compared: a name, or an IP address without brackets and in its shortest form.

    Raises UrlError if the text is neither a host name in lower-case ASCII nor an IP address in a usual form.
    """
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
