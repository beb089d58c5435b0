"""Which hosts and which addresses may be called."""

from ipaddress import ip_address
from socket import gaierror
from threading import Event

import pytest

from chalicelib.settings import SettingError, Settings
from chalicelib.webhooks.addresses import is_public, permitted, resolve
from chalicelib.webhooks.allowed_hosts import AllowedHosts, NotAllowedError
from chalicelib.webhooks.urls import Origin

ALLOWED = AllowedHosts.parse(
    "hooks.example.com, *.example.org,other.example:8443,http://plain.example,10.0.0.5,"
    "hooks.internal=10.1.0.0/16,hooks.internal=fd00::/8,http://[::1]:9000"
)

COVERED = [
    "https://hooks.example.com",
    "https://a.example.org",
    "https://a.b.example.org",
    "https://other.example:8443",
    "http://plain.example",
    "https://10.0.0.5",
    "https://hooks.internal",
    "http://[::1]:9000",
]

NOT_COVERED = [
    "http://hooks.example.com",
    "https://hooks.example.com:8443",
    "http://hooks.example.com:443",
    "https://a.hooks.example.com",
    "https://example.com",
    "https://hooks.example.com.evil.example",
    "https://example.org",
    "https://evilexample.org",
    "http://a.example.org",
    "https://other.example",
    "https://plain.example",
    "https://10.0.0.6",
    "http://10.0.0.5",
    "https://[::ffff:10.0.0.5]",
    "https://10.1.0.1",
    "https://169.254.169.254",
    "https://xn--hoks-7qa.example.com",
]

NOT_PUBLIC = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.255",
    "168.63.129.16",
    "169.254.169.254",
    "169.254.170.2",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:7f00:1",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::7f00:1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
]

PUBLIC = ["1.1.1.1", "8.8.8.8", "100.63.255.255", "172.32.0.1", "2001:4860:4860::8888", "2606:4700::1111"]


@pytest.mark.parametrize("text", COVERED)
def test_is_allowed(text: str) -> None:
    ALLOWED.networks_of(Origin.parse(text))


@pytest.mark.parametrize("text", NOT_COVERED)
def test_is_not_allowed(text: str) -> None:
    with pytest.raises(NotAllowedError):
        ALLOWED.networks_of(Origin.parse(text))


def test_nothing_is_allowed_by_default() -> None:
    allowed = Settings.from_environment({}).allowed_hosts
    with pytest.raises(NotAllowedError, match=r"^https://hooks\.example\.com is not an allowed host"):
        allowed.networks_of(Origin.parse("https://hooks.example.com"))


@pytest.mark.parametrize(
    "text",
    [
        "*",
        "*.com",
        "*.*.example.com",
        "a.*.example.com",
        "*example.com",
        "*.10.0.0.5",
        "hooks.example.com,",
        "hooks.example.com hooks.example.org",
        "hooks.example.com/path",
        "ftp://hooks.example.com",
        "user@hooks.example.com",
        "hooks.example.com:0",
        "hooks.example.com:https",
        "hooks.example.com.",
        "höoks.example.com",
        "::1",
        "10.0.0.0/8",
        "hooks.internal=",
        "hooks.internal=10.0.0.1/8",
        "hooks.internal=elsewhere",
    ],
)
def test_a_wrong_setting_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(
        SettingError, match=r"^ALLOWED_HOSTS=.* is wrong: it must list hosts such as .* is not one\.$"
    ):
        Settings.from_environment({"ALLOWED_HOSTS": text})


@pytest.mark.parametrize("text", NOT_PUBLIC)
def test_is_not_public(text: str) -> None:
    assert not is_public(ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_is_public(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize(
    ("origin", "address"),
    [
        ("https://10.0.0.5", "10.0.0.5"),
        ("http://[::1]:9000", "::1"),
        ("https://hooks.internal", "10.1.2.3"),
        ("https://hooks.internal", "fd00::1"),
        ("https://hooks.internal", "8.8.8.8"),
        ("https://hooks.example.com", "8.8.8.8"),
    ],
)
def test_an_address_may_be_called(origin: str, address: str) -> None:
    assert permitted([address], ALLOWED.networks_of(Origin.parse(origin))) == [address]


@pytest.mark.parametrize(
    ("origin", "address"),
    [
        ("https://10.0.0.5", "10.0.0.6"),
        ("https://hooks.internal", "10.2.0.1"),
        ("https://hooks.internal", "169.254.169.254"),
        ("https://hooks.internal", "::ffff:10.1.2.3"),
        ("https://hooks.example.com", "10.1.2.3"),
        ("https://a.example.org", "127.0.0.1"),
    ],
)
def test_an_address_may_not_be_called_and_is_not_told(origin: str, address: str) -> None:
    with pytest.raises(NotAllowedError) as refused:
        permitted([address], ALLOWED.networks_of(Origin.parse(origin)))
    assert address not in str(refused.value)


def test_only_the_permitted_addresses_of_a_host_are_left() -> None:
    assert permitted(["127.0.0.1", "8.8.8.8", "::1"], []) == ["8.8.8.8"]


def test_the_system_knows_where_localhost_is() -> None:
    assert set(resolve("localhost", 3)) & {"127.0.0.1", "::1"}


def test_a_name_that_does_not_exist_is_an_error_of_the_network() -> None:
    with pytest.raises((gaierror, TimeoutError)):
        resolve("no-such-host.invalid", 3)


def test_a_look_up_is_not_waited_for_any_longer_than_asked() -> None:
    over = Event()
    with pytest.raises(TimeoutError):
        resolve("hooks.example.com", 0.01, look_up=lambda _: [str(over.wait())])
    over.set()
