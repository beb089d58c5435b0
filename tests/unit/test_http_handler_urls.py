"""Which texts are taken for web addresses. Refused is everything that two parsers might read differently."""

from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.webhooks.urls import Url, UrlError

REFUSED = [
    "",
    "hooks.example.com",
    "//hooks.example.com/",
    "ftp://hooks.example.com/",
    "file:///etc/passwd",
    "gopher://hooks.example.com/",
    "javascript://hooks.example.com/",
    "https:hooks.example.com",
    "https:/hooks.example.com",
    "https:///hooks.example.com",
    " https://hooks.example.com/",
    "https://hooks.example.com/ ",
    "https://hooks.example.com/\n",
    "https://hooks.exam\tple.com/",
    "ht\ntps://hooks.example.com/",
    "https://hooks.example.com/a b",
    "https://hooks.example.com/\r\nX-Injected: yes",
    "https://hooks.example.com\r\nX-Injected: yes",
    "https://hooks.example.com/\x00",
    "https://hooks.example.com/%zz",
    "https://hooks.example.com/ä",
    "https://hooks.example.com/#fragment",
    "https://hooks.example.com#@evil.example/",
    "https://user@hooks.example.com/",
    "https://user:password@hooks.example.com/",
    "https://hooks.example.com@evil.example/",
    "https://hooks.example.com%40evil.example/",
    "https://hooks.example.com\\@evil.example/",
    "https://evil.example\\.hooks.example.com/",
    "https://hooks.example.com:0/",
    "https://hooks.example.com:00443/",
    "https://hooks.example.com:65536/",
    "https://hooks.example.com:-1/",
    "https://hooks.example.com:/",
    "https://hooks.example.com:443:80/",
    "https://hooks.example.com:\uff14\uff14\uff13/",
    "https://hooks.example.com./",
    "https://.hooks.example.com/",
    "https://hooks..example.com/",
    "https://-hooks.example.com/",
    "https://hooks_a.example.com/",
    "https://hooks%2eexample.com/",
    "https://hooks。example.com/",
    "https://höoks.example.com/",
    "https://hooĸs.example.com/",
    "https://hoo\u212as.example.com/",  # the Kelvin sign, which is a k in lower case
    "https://ⓗooks.example.com/",
    "https://" + "a" * 64 + ".example.com/",
    "https://" + "a." * 127 + "com/",
    "https://2130706433/",
    "https://017700000001/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://127.0.1/",
    "https://127.0.0.1./",
    "https://127.0.0.01/",
    "https://127.0.0.256/",
    "https://\uff11\uff12\uff17.0.0.1/",
    "https://::1/",
    "https://[::1/",
    "https://::1]/",
    "https://[127.0.0.1]/",
    "https://[::1%25eth0]/",
    "https://[fe80::1%eth0]/",
    "https://[v1.x]/",
    "https://[::1]x/",
    "https://[]/",
]

READ = [
    ("https://hooks.example.com", "https", "hooks.example.com", 443, "/"),
    ("HTTPS://Hooks.Example.COM/A", "https", "hooks.example.com", 443, "/A"),
    ("https://hooks.example.com:443/", "https", "hooks.example.com", 443, "/"),
    ("http://hooks.example.com:8080?a=b", "http", "hooks.example.com", 8080, "/?a=b"),
    ("https://xn--hoks-7qa.example.com/", "https", "xn--hoks-7qa.example.com", 443, "/"),
    ("https://localhost/", "https", "localhost", 443, "/"),
    ("https://10.0.0.5/", "https", "10.0.0.5", 443, "/"),
    ("https://[2001:DB8:0:0::1]/", "https", "2001:db8::1", 443, "/"),
    ("https://hooks.example.com/a%20b/@;c?d=/?", "https", "hooks.example.com", 443, "/a%20b/@;c?d=/?"),
    ("https://hooks.example.com/a[0]?filter[b]=1", "https", "hooks.example.com", 443, "/a[0]?filter[b]=1"),
    ("https://hooks.example.com//169.254.169.254/", "https", "hooks.example.com", 443, "//169.254.169.254/"),
]

HERE = Url.parse("https://hooks.example.com:8443/a/b?c")


@pytest.mark.parametrize("text", REFUSED, ids=ascii)
def test_is_refused(text: str) -> None:
    with pytest.raises(UrlError):
        Url.parse(text)


@pytest.mark.parametrize(("text", "scheme", "host", "port", "resource"), READ)
def test_is_read(text: str, scheme: str, host: str, port: int, resource: str) -> None:
    url = Url.parse(text)
    assert (url.origin.scheme, url.origin.host, url.origin.port, url.resource) == (
        scheme,
        host,
        port,
        resource,
    )


@pytest.mark.parametrize(
    ("text", "authority"),
    [
        ("https://hooks.example.com:443/", "hooks.example.com"),
        ("http://hooks.example.com:443/", "hooks.example.com:443"),
        ("https://[::1]:8443/", "[::1]:8443"),
    ],
)
def test_the_host_header_names_the_port_unless_it_is_the_usual_one(text: str, authority: str) -> None:
    assert Url.parse(text).origin.authority == authority


@pytest.mark.parametrize(
    ("location", "authority", "resource"),
    [
        ("/x", "hooks.example.com:8443", "/x"),
        ("x?y", "hooks.example.com:8443", "/a/x?y"),
        ("//other.example/x", "other.example", "/x"),
        ("http://169.254.169.254/latest", "169.254.169.254", "/latest"),
        ("HTTPS://Other.Example/x", "other.example", "/x"),
        ("/x#fragment", "hooks.example.com:8443", "/x"),
        ("#fragment", "hooks.example.com:8443", "/a/b?c"),
        ("/a b?c d", "hooks.example.com:8443", "/a%20b?c%20d"),
        (" /x ", "hooks.example.com:8443", "/x"),
        ("/pl\u00c3\u00a4in", "hooks.example.com:8443", "/pl%C3%A4in"),  # UTF-8, as http.client reads it
        ("/a\tb", "hooks.example.com:8443", "/ab"),
        ("/a%20b", "hooks.example.com:8443", "/a%20b"),
        ("/x?filter[a]=1", "hooks.example.com:8443", "/x?filter[a]=1"),
        ('/x?q="{a|b}"', "hooks.example.com:8443", "/x?q=%22%7Ba%7Cb%7D%22"),
    ],
)
def test_a_redirect_leads_from_where_it_was_met(location: str, authority: str, resource: str) -> None:
    url = HERE.join(location)
    assert (url.origin.authority, url.resource) == (authority, resource)


@pytest.mark.parametrize(
    "location",
    [
        "https://user@evil.example/",
        "file:///etc/passwd",
        "//[",
        "https://h\u00c3\u00b6oks.example.com/",
        "https://hooks example.com/",
        "/a\\b",
        "/a\x00b",
        "/a\x7fb",
        "/%zz",
    ],
)
def test_a_redirect_is_read_as_strictly(location: str) -> None:
    with pytest.raises(UrlError):
        HERE.join(location)


PIECES = [
    "http",
    "https",
    "://",
    "/",
    "\\",
    "@",
    ":",
    ".",
    "%",
    "?",
    "#",
    "[",
    "]",
    "80",
    "a",
    "b.c",
    "\t",
    "é",
]


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=12).map("".join))
def test_what_is_read_is_read_alike_by_the_standard_library(tail: str) -> None:
    with suppress(UrlError):
        origin = Url.parse(f"https://{tail}").origin
        other = urlsplit(f"https://{tail}")
        assert (other.hostname, other.port or 443, other.username) == (origin.host, origin.port, None)
