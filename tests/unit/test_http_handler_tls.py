"""Receivers whose certificates may not be what they should."""

from pathlib import Path

import pytest

from chalicelib.core.queueing.policy import HandlerError
from tests.unit.certificates import Certificates
from tests.unit.deliveries import REQUEST, allowing, deliverer, to
from tests.unit.receiver import OK, Answer, Receiver, dripping


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    return Certificates(tmp_path)


def deliver_securely(receiver: Receiver, certificates: Certificates, seconds: float = 10.0) -> None:
    securely = deliverer(allowing(receiver, "https"), trust=certificates.client, seconds=seconds)
    securely(to(receiver, scheme="https"), REQUEST)


def test_tls_is_for_the_name_although_the_connection_is_to_the_address(certificates: Certificates) -> None:
    with Receiver(OK, tls=certificates.server("hooks.test")) as receiver:
        deliver_securely(receiver, certificates)
    assert certificates.asked_for == ["hooks.test"]


@pytest.mark.parametrize("name", ["other.test", "127.0.0.1"])
def test_a_certificate_for_somebody_else_is_refused(certificates: Certificates, name: str) -> None:
    with (
        Receiver(OK, tls=certificates.server(name)) as receiver,
        pytest.raises(HandlerError, match=r"^The receiver's certificate was refused: Hostname mismatch"),
    ):
        deliver_securely(receiver, certificates)
    assert not receiver.requests


def test_a_certificate_that_the_system_does_not_trust_is_refused(certificates: Certificates) -> None:
    with (
        Receiver(OK, tls=certificates.server("hooks.test")) as receiver,
        pytest.raises(HandlerError, match="certificate was refused: self-signed certificate"),
    ):
        deliverer(allowing(receiver, "https"))(to(receiver, scheme="https"), REQUEST)
    assert not receiver.requests


@pytest.mark.parametrize("slow", [dripping(b"", b""), dripping(b"", b"\x16")])
def test_a_handshake_that_takes_its_time_is_left(slow: Answer, certificates: Certificates) -> None:
    with Receiver(slow) as receiver, pytest.raises(HandlerError, match="did not answer in time"):
        deliver_securely(receiver, certificates, seconds=0.3)
