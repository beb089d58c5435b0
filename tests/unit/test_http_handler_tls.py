"""Receivers whose certificates or manners may not be what they should, behind TLS."""

import socket
import ssl
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import msgspec
import pytest

from chalicelib.core.queueing.policy import HandlerError
from chalicelib.webhooks.delivery import Delivery
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


def test_a_receiver_that_reads_slowly_is_left(certificates: Certificates) -> None:
    """It takes each piece in time, but not the whole: TLS counts its time-out anew for each piece."""
    over = Event()

    def read_slowly(listener: socket.socket, tls: ssl.SSLContext) -> None:
        connection, _ = listener.accept()
        with suppress(OSError), tls.wrap_socket(connection, server_side=True) as secure:
            while secure.recv(1024) and not over.wait(0.01):
                pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        reader = Thread(target=read_slowly, args=(listener, certificates.server("hooks.test")))
        reader.start()
        allowed = f"https://hooks.test:{listener.getsockname()[1]}"
        send = deliverer(f"{allowed}=127.0.0.1", trust=certificates.client, seconds=0.5)
        with pytest.raises(HandlerError, match="did not answer in time"):
            send(Delivery(allowed, body=msgspec.Raw(b'"%s"' % (b"a" * 2 * 10**7))), REQUEST)
        over.set()
        reader.join()
